import type { State } from '../shownState';
import { type Item, itemOf, stateOf, type Worklist } from '../worklist/films';

/** One of two films that lie side by side. */
export interface Paired {
  readonly item: Item;
  readonly state: Exclude<State, { phase: 'empty' | 'failed' }>;
}

/**
 * The two films that lie side by side on the stage, the older first where both have a date; `null`
 * where one lies there alone. A film without a result has its reason to tell, which takes the whole
 * stage.
 */
export function pairOn(list: Worklist): readonly [Paired, Paired] | null {
  const [one, other] = [list.selected, list.compared].flatMap((id) => {
    const item = itemOf(list, id);
    const state = stateOf(list, id);
    return item && state.phase !== 'empty' && state.phase !== 'failed' ? [{ item, state }] : [];
  });
  if (!one || !other) {
    return null;
  }
  const dated = one.item.date !== '' && other.item.date !== '';
  return dated && other.item.date < one.item.date ? [other, one] : [one, other];
}
