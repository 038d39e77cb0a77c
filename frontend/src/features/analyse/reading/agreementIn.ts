import { type Agreement, agreementOf } from '../../../lib/agreement';
import { gradeOf } from '../../../lib/reading';
import type { Item } from '../worklist/films';
import { onceEach } from '../worklist/twins';

/**
 * How far the reader and the model agree on the films that both graded; `null` without any. A picture
 * that is in the list more than once counts once, as it was read blind where it was; one that was not
 * fit to be graded counts for neither.
 */
export function agreementIn(items: readonly Item[], blindOnly = false): Agreement | null {
  const read = items.filter(
    ({ graded, reading }) => graded?.quality.accepted && reading && gradeOf(reading),
  );
  const first = read.toSorted((one, other) => Number(isBlind(other)) - Number(isBlind(one)));
  return agreementOf(
    onceEach(first).flatMap(({ graded, reading }) => {
      const grade = reading && (!blindOnly || reading.blind) ? gradeOf(reading) : null;
      return graded && grade ? [[grade, graded.severity] as const] : [];
    }),
  );
}

const isBlind = ({ reading }: Item) => reading?.blind ?? false;
