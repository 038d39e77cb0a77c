import type { Graded } from '../../report/content';
import type { DoneState } from './shownState';
import type { Item } from './worklist/films';

/** A result that is shown, ready to be taken along. */
export function gradedOf(
  { date, view, reading, impression, writtenFor, writtenOf }: Item,
  { study, shown, gradedAt }: DoneState,
): Graded {
  return {
    name: study.name,
    prediction: shown,
    gradedAt,
    date,
    view,
    repair: study.repaired?.repair,
    study,
    reading,
    impression,
    writtenFor,
    writtenOf,
  };
}
