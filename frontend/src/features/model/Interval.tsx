import { useFormat } from '../../i18n/context';
import type { Estimate } from '../../lib/version';
import styles from './Interval.module.css';

/** A measured value with its 95% interval; a dash where nothing was measured. */
export function Interval({ estimate }: { estimate: Estimate | null }) {
  const format = useFormat();
  if (!estimate) {
    return '–';
  }
  return (
    <>
      {format.metric(estimate.value)}{' '}
      <span className={styles.interval}>
        ({format.metric(estimate.low)}–{format.metric(estimate.high)})
      </span>
    </>
  );
}
