import { openedAs, type Study } from '../../../lib/study';
import type { Item } from './films';

/** By film, the first of the list that is of the same content, as their results tell. */
export function twinsOf(items: readonly Item[]): ReadonlyMap<number, Item> {
  const first = new Map<string, Item>();
  const twins = new Map<number, Item>();
  for (const item of items) {
    const content = item.graded?.input.sha256;
    if (content !== undefined) {
      const before = first.get(content);
      if (before) {
        twins.set(item.id, before);
      } else {
        first.set(content, item);
      }
    }
  }
  return twins;
}

/** The first of each content; a film whose content is not known is one of its own. */
export function onceEach(items: readonly Item[]): readonly Item[] {
  const twins = twinsOf(items);
  return items.filter(({ id }) => !twins.has(id));
}

/** Of a file, in bytes, at its start, middle and end. */
const LOOK = 65_536;

/**
 * Two patients' films may be called alike, be as large and have come from their disc in one second:
 * only what is in them tells. Not all of it is read, which of a folder of films takes minutes: a
 * header or what was compressed differs at one end or the other, a bare picture in its middle.
 */
async function* partsOf(file: File): AsyncGenerator<Uint8Array> {
  const { size } = file;
  for (const at of [0, Math.floor((size - LOOK) / 2), size - LOOK]) {
    const from = Math.max(0, at);
    yield new Uint8Array(await file.slice(from, from + LOOK).arrayBuffer());
  }
}

/** A file that cannot be read any more is not known to be the same. */
async function isSame(one: File, other: File): Promise<boolean> {
  try {
    const its = partsOf(other);
    for await (const mine of partsOf(one)) {
      const { value } = await its.next();
      if (!mine.every((byte, at) => byte === value?.[at])) {
        return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}

/** FNV-1a of what is looked at of a file; `null` where it cannot be read. */
async function digest(file: File): Promise<number | null> {
  let sum = 0x811c9dc5;
  try {
    for await (const part of partsOf(file)) {
      for (const byte of part) {
        sum = Math.imul(sum ^ byte, 0x01000193);
      }
    }
    return sum;
  } catch {
    return null;
  }
}

const digests = new WeakMap<File, Promise<number | null>>();

/** The digest of a file, which is read for it once. */
function digestOf(file: File): Promise<number | null> {
  const known = digests.get(file) ?? digest(file);
  digests.set(file, known);
  return known;
}

/** Each dialogue and each drop makes another object of the same file. */
const lookOf = ({ name, size, lastModified }: File) => JSON.stringify([name, size, lastModified]);

/** An open film, and its file. */
interface Open {
  readonly study: Study;
  readonly file: File;
}

/** The open films that look alike; of many, each is compared only with what its digest leaves. */
class Alike {
  readonly #all: Open[] = [];
  #sorted: Map<number | null, Open[]> | null = null;

  add(open: Open): void {
    this.#all.push(open);
  }

  async toCompare(file: File): Promise<readonly Open[]> {
    if (this.#all.length === 1) {
      return this.#all;
    }
    this.#sorted ??= await this.#byDigest();
    return this.#sorted.get(await digestOf(file)) ?? [];
  }

  async #byDigest(): Promise<Map<number | null, Open[]>> {
    const sorted = new Map<number | null, Open[]>();
    for (const open of this.#all) {
      const of = await digestOf(open.file);
      sorted.set(of, [...(sorted.get(of) ?? []), open]);
    }
    return sorted;
  }
}

/** The same studies; of files that are open already, as they are open. */
export async function asOpen(
  studies: readonly Study[],
  items: readonly Item[],
): Promise<readonly Study[]> {
  const open = new Map<string, Alike>();
  for (const { study } of items) {
    const file = openedAs(study);
    if (file instanceof File) {
      const alike = open.get(lookOf(file)) ?? new Alike();
      alike.add({ study, file });
      open.set(lookOf(file), alike);
    }
  }
  const found: Study[] = [];
  for (const study of studies) {
    found.push((await sameOf(study.source, open)) ?? study);
  }
  return found;
}

async function sameOf(
  source: Study['source'],
  open: ReadonlyMap<string, Alike>,
): Promise<Study | null> {
  const alike = source instanceof File ? open.get(lookOf(source)) : undefined;
  if (source instanceof File && alike) {
    for (const { study, file } of await alike.toCompare(source)) {
      if (await isSame(source, file)) {
        return study;
      }
    }
  }
  return null;
}
