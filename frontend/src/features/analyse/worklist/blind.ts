import type { Item, Worklist } from './films';

/** Whether what came out for a film must not be seen yet. */
export const isHidden = ({ blind }: Worklist, { revealed, graded }: Item): boolean =>
  blind && !revealed && graded !== null;

/** Of a film that is no longer hidden: its result, where it has one, is on the screen from now on. */
export const asSeen = (item: Item): Item =>
  item.seen || item.graded === null ? item : { ...item, seen: true };

const hidden = new WeakMap<Item, Item>();

/** The same object each time: rows that have not changed are not drawn again. */
function hide(item: Item): Item {
  const before = hidden.get(item);
  if (before) {
    return before;
  }
  const after: Item = { ...item, status: 'hidden', graded: null, mapQuality: null };
  hidden.set(item, after);
  return after;
}

/**
 * The list as it may be shown. What is hidden is taken out at its source, so that no table, chart,
 * count, announcement or download can tell it.
 */
export function blinded(list: Worklist): Worklist {
  const secret = new Set(list.items.filter((item) => isHidden(list, item)).map(({ id }) => id));
  return secret.size === 0
    ? list
    : {
        ...list,
        items: list.items.map((item) => (secret.has(item.id) ? hide(item) : item)),
        explained: new Map([...list.explained].filter(([id]) => !secret.has(id))),
      };
}
