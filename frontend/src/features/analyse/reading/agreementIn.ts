import { type Agreement, agreementOf } from '../../../lib/agreement';
import { gradeOf } from '../../../lib/reading';
import type { Item } from '../worklist/films';

/** How far the reader and the model agree on the films that both graded; `null` without any. */
export function agreementIn(items: readonly Item[], blindOnly = false): Agreement | null {
  return agreementOf(
    items.flatMap(({ graded, reading }) => {
      const grade = reading && (!blindOnly || reading.blind) ? gradeOf(reading) : null;
      return graded && grade ? [[grade, graded.severity] as const] : [];
    }),
  );
}
