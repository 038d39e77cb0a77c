import { useLanguage } from '../../../i18n/context';
import { gradeOf } from '../../../lib/reading';
import { readerSaid } from '../../../report/readerSaid';
import type { Item } from '../worklist/films';
import styles from './Reading.module.css';

/** What a reading amounts to beside the model's, and where it is not what the reader may take it for. */
export function Said({ item: { reading, graded, unblinded } }: { item: Item }) {
  const { catalogue } = useLanguage();
  const { reading: text, shared } = catalogue;
  const { severities } = shared;
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
  const said = readerSaid(reading, catalogue);
  const blind = reading.blind ? beside && said?.blind : unblinded && text.unblinded;
  const told = [beside, blind].filter(Boolean).join(' ');
  return (
    <>
      {told && <p className={styles.said}>{told}</p>}
      {said?.contradiction && <p className={styles.said}>{said.contradiction}</p>}
    </>
  );
}
