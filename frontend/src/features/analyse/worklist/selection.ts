import type { Item } from './films';

/** Of the films that are listed, the one nearest to `id` that passes: after it, or else before. */
export function nearestTo(
  shown: readonly Item[],
  id: number | null,
  passes: (item: Item) => boolean,
): Item | null {
  const at = shown.findIndex((item) => item.id === id);
  const before = shown.slice(0, Math.max(0, at));
  return shown.slice(at + 1).find(passes) ?? before.findLast(passes) ?? null;
}

/**
 * The films that are chosen after one more was pressed: it alone joins or leaves; with `range`, all
 * from the one chosen last, or else the selected one, up to it join.
 */
export function chooseIn(
  shown: readonly Item[],
  chosen: ReadonlySet<number>,
  id: number,
  range: boolean,
  selected: number | null,
): ReadonlySet<number> {
  const next = new Set(chosen);
  if (!range) {
    if (!next.delete(id)) {
      next.add(id);
    }
    return next;
  }
  const from = [...chosen].at(-1) ?? selected;
  const ends = [from, id].map((end) => shown.findIndex((item) => item.id === end));
  if (ends.includes(-1)) {
    // The other end is not listed now: a range to nowhere would be one that nobody meant.
    return next.add(id);
  }
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  for (const item of shown.slice(first, last + 1)) {
    next.add(item.id);
  }
  return next;
}
