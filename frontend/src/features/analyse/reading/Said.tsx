import { useText } from '../../../i18n/context';
import { gradeOfTotal, TOTAL_MOST } from '../../../lib/grades';
import { gradeOf, type Reading, totalOf } from '../../../lib/reading';
import type { Item } from '../worklist/films';
import styles from './Reading.module.css';

/** What a reading amounts to beside the model's, and where it is not what the reader may take it for. */
export function Said({ item: { reading, graded, unblinded } }: { item: Item }) {
  const text = useText('reading');
  const { severities } = useText('shared');
  if (!reading) {
    return null;
  }
  const grade = gradeOf(reading);
  const beside =
    grade &&
    graded &&
    (grade === graded.severity
      ? text.agreed
      : text.disagreed(severities[grade], severities[graded.severity]));
  const blind = reading.blind ? beside && text.wasBlind : unblinded && text.unblinded;
  const told = [beside, blind].filter(Boolean).join(' ');
  return (
    <>
      {told && <p className={styles.said}>{told}</p>}
      <Contradiction reading={reading} />
    </>
  );
}

/** A grade and zones that do not go together: one of them may be a slip, and the grade is what counts. */
function Contradiction({ reading }: { reading: Reading }) {
  const text = useText('reading');
  const { severities } = useText('shared');
  const total = totalOf(reading);
  const amounts = total === null ? null : gradeOfTotal(total);
  return total !== null && amounts && reading.grade && amounts !== reading.grade ? (
    <p className={styles.said}>
      {text.contradicts(
        text.total(total, TOTAL_MOST),
        severities[amounts],
        severities[reading.grade],
      )}
    </p>
  ) : null;
}
