import hidden from '../../../components/VisuallyHidden.module.css';
import { formatScore } from '../../../lib/format';
import { text } from '../messages';
import type { Brixia as Score, Zone } from '../types';
import styles from './Brixia.module.css';

const HIGHEST = 3;

/** As they lie in the image: the patient's right lung on its left. */
const ROWS: readonly { height: 'upper' | 'middle' | 'lower'; right: Zone; left: Zone }[] = [
  { height: 'upper', right: 'A', left: 'D' },
  { height: 'middle', right: 'B', left: 'E' },
  { height: 'lower', right: 'C', left: 'F' },
];

/** The estimated Brixia score: its total, and the six zones where they are in the image. */
export function Brixia({ score }: { score: Score }) {
  return (
    <div>
      <table className={styles.lungs}>
        <caption className={styles.caption}>
          {text.brixia.title}{' '}
          <span className={styles.total}>
            <strong>{formatScore(score.total)}</strong> {text.brixia.of}
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className={hidden.hidden}>{text.brixia.height}</span>
            </th>
            <th scope="col">{text.brixia.rightLung}</th>
            <th scope="col">{text.brixia.leftLung}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ height, right, left }) => (
            <tr key={height}>
              <th scope="row">{text.brixia[height]}</th>
              <ZoneCell zone={right} value={score.zones[right]} />
              <ZoneCell zone={left} value={score.zones[left]} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>{text.brixia.note}</p>
    </div>
  );
}

function ZoneCell({ zone, value }: { zone: Zone; value: number }) {
  return (
    <td>
      <div className={styles.zone}>
        <span className={styles.letter}>{zone}</span>{' '}
        <span className={styles.value}>{formatScore(value)}</span>
        <span className={styles.track} aria-hidden="true">
          <span className={styles.bar} style={{ '--share': value / HIGHEST }} />
        </span>
      </div>
    </td>
  );
}
