import { useFormat, useText } from '../../../i18n/context';
import { CUTS, gradeOfTotal, TOTAL_MOST } from '../../../lib/grades';
import { type Prediction, SEVERITIES } from '../../../lib/prediction';
import styles from './Ruler.module.css';

interface RulerProps {
  /** `null` while none is known: the ruler keeps its place. */
  prediction: Prediction | null;
  /** What the totals of two radiologists differ by on average; `null` until it is known. */
  readersDiffer: number | null;
}

const at = (total: number) => `${(100 * total) / TOTAL_MOST}%`;
const TICKS = [0, 6, 12, 18];

/** Severity on one scale: the Brixia total among the grades' ranges, what is plausible, how sure. */
export function Ruler({ prediction, readersDiffer }: RulerProps) {
  const text = useText('analyse');
  const { severities } = useText('shared');
  const format = useFormat();
  const plausible = prediction?.prediction_set ?? [];
  const total = prediction?.brixia.total ?? null;
  const [low, high] = spanOf(prediction, readersDiffer);
  const side = total === null ? null : gradeOfTotal(total);
  return (
    <div className={styles.ruler} aria-hidden={prediction === null}>
      <div className={styles.scale} aria-hidden="true">
        {SEVERITIES.map((severity) => (
          <span
            key={severity}
            className={styles.range}
            data-severity={severity}
            data-plausible={plausible.includes(severity)}
          />
        ))}
        {total !== null && low !== null && high !== null && (
          <span className={styles.span} style={{ left: at(low), right: at(TOTAL_MOST - high) }} />
        )}
        {total !== null && (
          <span className={styles.mark} style={{ left: at(total) }}>
            <span className={styles.total}>{format.score(total)}</span>
          </span>
        )}
      </div>
      <div className={styles.ticks} aria-hidden="true">
        {TICKS.map((tick, index) => (
          // The cut-offs lie between whole totals.
          <span key={tick} style={{ left: at(CUTS[index - 1] ?? tick) }}>
            {tick}
          </span>
        ))}
      </div>
      <ul className={styles.grades} aria-label={text.result.probabilities}>
        {SEVERITIES.map((severity) => (
          <li
            key={severity}
            data-severity={severity}
            data-predicted={severity === prediction?.severity}
          >
            <span className={styles.name}>{severities[severity]}</span>{' '}
            <span className={styles.value}>
              {prediction ? format.probability(prediction.probabilities[severity]) : '–'}
            </span>
          </li>
        ))}
      </ul>
      <p className={styles.note}>
        {readersDiffer !== null && text.ruler.readers(format.score(readersDiffer))}
      </p>
      {prediction && side !== null && side !== prediction.severity && (
        <p className={styles.note}>{text.ruler.apart(side, prediction.severity)}</p>
      )}
    </div>
  );
}

/** The estimate's own interval, or, for versions without one, what two radiologists differ by. */
function spanOf(
  prediction: Prediction | null,
  readersDiffer: number | null,
): readonly [number | null, number | null] {
  if (!prediction) {
    return [null, null];
  }
  const { total, interval } = prediction.brixia;
  const [low, high] = interval ?? [];
  if (low !== undefined && high !== undefined) {
    return [low, high];
  }
  return readersDiffer === null
    ? [null, null]
    : [Math.max(0, total - readersDiffer), Math.min(TOTAL_MOST, total + readersDiffer)];
}
