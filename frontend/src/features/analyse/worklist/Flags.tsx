import { useLanguage } from '../../../i18n/context';
import { repairWords } from '../../../i18n/repairWords';
import { gradeOf } from '../../../lib/reading';
import styles from './FilmTable.module.css';
import type { Item } from './films';

/** What is to be said of a graded film beside its grade: a sign each, in words where there is room. */
export function Flags({ item: { graded, reading, study } }: { item: Item }) {
  const { catalogue } = useLanguage();
  const { shared, worklist: text } = catalogue;
  const mine = reading && gradeOf(reading);
  const repaired = repairWords(study.repaired?.repair, catalogue);
  const differs = mine && mine !== graded?.severity ? text.mine(shared.severities[mine]) : '';
  const flags = [
    ['!', graded && !graded.quality.accepted ? text.forced : ''],
    ['?', graded?.refer ? text.refer : ''],
    ['↻', repaired],
    ['≠', differs],
  ] as const;
  return (
    <td className={styles.flags}>
      {flags.map(([sign, words]) =>
        words ? (
          <span key={sign} className={styles.mark} title={words}>
            <span aria-hidden="true">{sign}</span> <span>{words}</span>
          </span>
        ) : null,
      )}
    </td>
  );
}
