import { type Item, isOpen, itemOf, type Worklist } from './films';

/**
 * Which films to grade next, at most `most`: what is looked at first, then in the list's order, and
 * last what the service could not take before, the least often tried first. Else a few films that
 * never get an answer would keep all others from theirs.
 *
 * @param ahead whether one film goes ahead to see whether the way is free: one that may be what is
 * in the way itself, though it be looked at, is taken only where there is no other.
 */
export function dueNext(list: Worklist, most: number, ahead = false): number[] {
  const looked = [itemOf(list, list.selected), itemOf(list, list.compared)];
  const due = new Set<number>();
  const take = (items: readonly (Item | null)[], status: 'queued' | 'waiting') => {
    for (const item of items) {
      if (due.size >= most) {
        return;
      }
      if (item?.status === status) {
        due.add(item.id);
      }
    }
  };
  take(looked, 'queued');
  if (!ahead) {
    take(looked, 'waiting');
  }
  take(list.items, 'queued');
  if (due.size < most) {
    const waiting = [...looked, ...list.items].filter((item) => item?.status === 'waiting');
    take(waiting.toSorted(byTries), 'waiting');
  }
  return [...due];
}

const byTries = (one: Item | null, other: Item | null) =>
  (one?.tries?.count ?? 0) - (other?.tries?.count ?? 0);

/** A film that was being graded when its list was cleared is to be graded from the start. */
export const asUntouched = (item: Item): Item =>
  isOpen(item) ? { ...item, status: 'queued', failure: null, tries: null } : item;
