import { useText } from '../../../i18n/context';
import type { Severity } from '../../../lib/prediction';
import styles from './Plausible.module.css';

interface PlausibleProps {
  /** More than one, in order of severity. */
  severities: readonly Severity[];
  /** How often such grades hold the reference grade; `null` until it is known. */
  coverage: number | null;
}

/** The grades between which the model cannot tell, and who should. */
export function Plausible({ severities, coverage }: PlausibleProps) {
  const text = useText('analyse');
  return (
    <div className={styles.plausible}>
      <p className={styles.who}>{text.result.refer(severities)}</p>
      <p className={styles.coverage}>{coverage !== null && text.result.coverage(coverage)}</p>
    </div>
  );
}
