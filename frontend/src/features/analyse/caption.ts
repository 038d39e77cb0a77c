import type { Catalogue } from '../../i18n/catalogue';
import { captionOf } from '../../report/picture';
import type { Overlay } from '../../viewer/overlay';
import { mapOf } from '../../viewer/shownMap';
import { gradedOf } from './graded';
import type { State } from './shownState';
import type { Item } from './worklist/films';

/** What a picture of a film that is saved as shown says beneath it: of maps, the one drawn on it. */
export function captionFor(
  item: Item,
  state: Exclude<State, { phase: 'empty' }>,
  { layer, opacity, hidden }: Pick<Overlay, 'layer' | 'opacity' | 'hidden'>,
  catalogue: Catalogue,
): readonly string[] {
  if (state.phase !== 'done') {
    return [state.study.name, catalogue.shared.notDiagnosis];
  }
  const drawn = state.pending === null && opacity > 0 && !hidden;
  const map = drawn && mapOf(state.shown.explanation, layer);
  return captionOf(gradedOf(item, state), catalogue, map ? layer : null);
}
