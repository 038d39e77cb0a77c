import type { Study } from '../../../lib/study';

/** What systems leave in folders beside films. */
const NOT_FILMS = /^(\..*|thumbs\.db|desktop\.ini|dicomdir|__macosx)$/i;
/** What lies in folders of films and is none by its name. One that is opened by itself is sent. */
const BESIDE_FILMS =
  /\/[^/]*\.(txt|md|csv|tsv|json|ya?ml|xml|html?|pdf|docx?|xlsx?|log|py|ipynb|zip)$/i;
/** At once; the rest can come after. */
const MOST_FILES = 2000;

export interface Collected {
  readonly studies: readonly Study[];
  /** Folders without a file in them. */
  readonly empty: readonly string[];
  /** Files that were left out because they belong to the system or are no pictures by their name. */
  readonly skipped: number;
  /** Files and folders that the browser could not read, such as a link that leads nowhere. */
  readonly unread: number;
}

/** What is opened of it. */
export interface Taken {
  readonly studies: readonly Study[];
  /** How many of them were not open before. */
  readonly taken: number;
  /** Files beyond what is taken at once. */
  readonly beyond: number;
}

interface Found {
  readonly path: string;
  readonly file: File;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** All entries of a folder; browsers hand them out in portions until there are none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (portion.length === 0) {
      return all;
    }
    all.push(...portion);
  }
}

/** What came of a walk beside its files. */
interface Walked {
  readonly empty: string[];
  unread: number;
}

async function walk(entry: FileSystemEntry, walked: Walked): Promise<Found[]> {
  try {
    if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
      return [{ path: entry.fullPath.replace(/^\//, ''), file }];
    }
    if (!isFolder(entry)) {
      return [];
    }
    const entries = await entriesOf(entry);
    const found: Found[] = [];
    for (const inner of entries) {
      found.push(...(await walk(inner, walked)));
    }
    if (entries.length === 0) {
      walked.empty.push(entry.name);
    }
    return found;
  } catch {
    // One that cannot be read does not keep the others away.
    walked.unread += 1;
    return [];
  }
}

function collected(found: readonly Found[], { empty, unread }: Walked): Collected {
  const isFilm = (path: string) =>
    !path.split('/').some((part) => NOT_FILMS.test(part)) && !BESIDE_FILMS.test(path);
  const films = found.filter(({ path }) => isFilm(path));
  const studies = films.map(({ path, file }) => ({ name: path, source: file }));
  return {
    studies,
    empty,
    skipped: found.length - films.length,
    unread,
  };
}

/**
 * As much as is taken at once. What is `open` already does not count: the rest of a folder comes when
 * it is opened again.
 */
export function takenOf(
  studies: readonly Study[],
  open: readonly { readonly study: Study }[],
): Taken {
  const known = new Set(open.map(({ study }) => study));
  const fresh = studies.filter((study) => !known.has(study));
  const left = new Set(fresh.slice(MOST_FILES));
  return {
    studies: studies.filter((study) => !left.has(study)),
    taken: fresh.length - left.size,
    beyond: left.size,
  };
}

/** Files from a dialogue; those of a folder carry their path. */
export function collectFiles(files: readonly File[]): Collected {
  return collected(
    files.map((file) => ({ path: file.webkitRelativePath || file.name, file })),
    { empty: [], unread: 0 },
  );
}

/** Files and folders, with all that is in them, from a drop or the clipboard. */
export async function collectTransfer(data: DataTransfer): Promise<Collected> {
  // Both lists are gone once the event is over.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = [...data.files];
  if (!entries.some((entry) => entry?.isDirectory)) {
    return collectFiles(files);
  }
  const walked: Walked = { empty: [], unread: 0 };
  const found: Found[] = [];
  for (const entry of entries) {
    found.push(...(entry ? await walk(entry, walked) : []));
  }
  return collected(found, walked);
}
