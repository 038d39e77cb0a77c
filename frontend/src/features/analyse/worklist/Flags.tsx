import { useLanguage } from '../../../i18n/context';
import { findingWords } from '../../../i18n/findingWords';
import { repairWords } from '../../../i18n/repairWords';
import { gradeOf } from '../../../lib/reading';
import styles from './FilmTable.module.css';
import type { Item } from './films';

/** What is to be said of a graded film beside its grade: a sign each, in words where there is room. */
export function Flags({ item, twin }: { item: Item; twin?: string | undefined }) {
  const { graded, reading, study } = item;
  const { catalogue } = useLanguage();
  const { quality, shared, worklist: text } = catalogue;
  const mine = reading && gradeOf(reading);
  const repaired = repairWords(study.repaired?.repair, catalogue);
  const differs = mine && mine !== graded?.severity ? text.mine(shared.severities[mine]) : '';
  const { accepted, findings } = graded?.quality ?? { accepted: false, findings: [] };
  const care = accepted && findings.length > 0;
  const flags = [
    ['!', graded && !accepted ? text.forced : ''],
    ['?', graded?.refer ? text.refer : ''],
    // Whole sentences would push what comes after them out of the cell.
    ['△', care ? text.care : '', care ? text.careFor(findingWords(findings, quality)) : ''],
    ['↻', repaired],
    ['≠', differs],
    ['=', twin === undefined ? '' : text.sameAs(twin)],
  ] as const;
  return (
    <td className={styles.flags}>
      {flags.map(([sign, words, inFull = words]) =>
        words ? (
          <span key={sign} className={styles.mark} title={inFull} role="img" aria-label={inFull}>
            <span aria-hidden="true">{sign}</span> <span>{words}</span>
          </span>
        ) : null,
      )}
    </td>
  );
}
