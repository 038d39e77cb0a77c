import { answered, type Explained } from '../../../lib/explained';
import { FIRST_TARGET, type Prediction, type Target } from '../../../lib/prediction';
import { changed, itemOf, type Worklist } from './films';
import { isTemporary } from './pauses';

/** The film that is shown beside this one. */
export function besideOf({ selected, compared }: Worklist, id: number | null): number | null {
  return compared === null ? null : id === selected ? compared : selected;
}

/**
 * What a film's map is, or will be, of; `null` where none was asked for, or in vain because the
 * service was not there.
 */
export function askedFor({ explained }: Worklist, id: number | null): Target | null {
  const found = id === null ? undefined : explained.get(id);
  if (!found) {
    return null;
  }
  const { pending, shown, target } = found;
  return pending ?? (shown.explanation === null && missedBy(found) ? null : target);
}

/** What was asked for while the service, or the way to it, was not there; else `null`. */
export const missedBy = ({ targetFailure }: Explained): Target | null =>
  targetFailure && isTemporary(targetFailure.failure) ? targetFailure.target : null;

/** How many films' heatmaps are kept. */
const KEPT = 4;

/** Remembers `explained`, and forgets those longest not looked at. */
export function remembered(list: Worklist, id: number, explained: Explained): Worklist {
  const map = new Map(list.explained);
  map.delete(id);
  map.set(id, explained);
  // What is only asked for takes no room yet: films that are passed would drive out the others.
  const isLarge = explained.shown.explanation !== null;
  const stays = new Set([list.selected, list.compared, id]);
  for (const key of [...map.keys()]) {
    if (isLarge && map.size > KEPT && !stays.has(key)) {
      map.delete(key);
    }
  }
  const after = { ...list, explained: map };
  // Of the map that each film is asked for first: in a table, figures of several would stand mixed.
  const first = explained.predictions[FIRST_TARGET]?.explanation;
  if (!first || itemOf(list, id)?.mapQuality) {
    return after;
  }
  const mapQuality = { lowSignal: first.low_signal, insideLungs: first.lung_fraction };
  return changed(after, id, { mapQuality });
}

/** A film was graded; unless results are hidden, that is seen at once. */
export function accepted(list: Worklist, id: number, prediction: Prediction): Worklist {
  const { explanation, ...graded } = prediction;
  const settled = {
    status: 'done',
    graded,
    gradedAt: new Date(),
    failure: null,
    tries: null,
  } as const;
  const hidden = list.blind && !itemOf(list, id)?.revealed;
  const after = changed(list, id, hidden ? settled : { ...settled, seen: true });
  return explanation ? remembered(after, id, answered(null, FIRST_TARGET, prediction)) : after;
}

/** Nothing is awaited for a film any more; a map that is known of it stays. */
export function unasked(list: Worklist, id: number): Worklist {
  const before = list.explained.get(id);
  if (!before?.pending) {
    return list;
  }
  const explained = new Map(list.explained);
  if (before.shown.explanation === null) {
    // Asked for in vain until now, and to be asked for again when the film is looked at.
    explained.delete(id);
  } else {
    explained.set(id, { ...before, pending: null });
  }
  return { ...list, explained };
}
