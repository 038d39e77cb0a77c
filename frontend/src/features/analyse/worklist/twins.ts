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

/** Each dialogue and each drop makes another object of the same file. */
const looksLike = (one: File, other: File) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

/**
 * Two patients' films may be called alike, be as large and have come from their disc in one second:
 * only what is in them tells. Not all of it is read, which of a folder of films takes minutes: a
 * header or what was compressed differs at one end or the other, a bare picture in its middle.
 */
async function isSame(one: File, other: File): Promise<boolean> {
  for (const from of [0, Math.max(0, Math.floor((one.size - LOOK) / 2)), one.size - LOOK]) {
    const part = (file: File) => file.slice(Math.max(0, from), Math.max(0, from) + LOOK);
    const [mine, its] = await Promise.all([part(one).arrayBuffer(), part(other).arrayBuffer()]);
    const bytes = new Uint8Array(its);
    if (!new Uint8Array(mine).every((byte, at) => byte === bytes[at])) {
      return false;
    }
  }
  return true;
}

/** The same studies; of files that are open already, as they are open. */
export async function asOpen(
  studies: readonly Study[],
  items: readonly Item[],
): Promise<readonly Study[]> {
  const open = new Map<string, Study[]>();
  for (const { study } of items) {
    const file = openedAs(study);
    if (file instanceof File) {
      open.set(file.name, [...(open.get(file.name) ?? []), study]);
    }
  }
  const found: Study[] = [];
  for (const study of studies) {
    found.push((await sameOf(study, open.get(nameOf(study)) ?? [])) ?? study);
  }
  return found;
}

const nameOf = ({ source }: Study) => (source instanceof File ? source.name : '');

async function sameOf({ source }: Study, open: readonly Study[]): Promise<Study | null> {
  for (const study of open) {
    const file = openedAs(study);
    if (source instanceof File && file instanceof File && looksLike(source, file)) {
      try {
        if (await isSame(source, file)) {
          return study;
        }
      } catch {
        // A file that cannot be read any more is not known to be the same.
      }
    }
  }
  return null;
}
