import { ShareBar } from '../../../components/ShareBar';
import { useFormat, useText } from '../../../i18n/context';
import { type Prediction, SEVERITIES } from '../../../lib/prediction';
import styles from './Probabilities.module.css';

interface ProbabilitiesProps {
  /** `null` while none is known: the rows keep their place. */
  prediction: Prediction | null;
}

/** The three probabilities as bars with numbers; the predicted one stands out. */
export function Probabilities({ prediction }: ProbabilitiesProps) {
  const text = useText('analyse');
  const { severities } = useText('shared');
  const format = useFormat();
  return (
    <ul className={styles.list} aria-label={text.result.probabilities} aria-hidden={!prediction}>
      {SEVERITIES.map((severity) => {
        const probability = prediction?.probabilities[severity];
        return (
          <li
            key={severity}
            className={styles.row}
            data-severity={severity}
            data-predicted={severity === prediction?.severity}
          >
            <span className={styles.name}>{severities[severity]}</span>
            <span className={styles.value}>
              {probability === undefined ? '–' : format.probability(probability)}
            </span>
            <ShareBar share={probability ?? 0} />
          </li>
        );
      })}
    </ul>
  );
}
