import { ShareBar } from '../../../components/ShareBar';
import hidden from '../../../components/VisuallyHidden.module.css';
import { useFormat, useText } from '../../../i18n/context';
import type { Brixia as Score, Zone } from '../../../lib/prediction';
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
  const text = useText('analyse').brixia;
  const format = useFormat();
  return (
    <div>
      <table className={styles.lungs}>
        <caption className={styles.caption}>
          {text.title}{' '}
          <span className={styles.total}>
            <strong>{format.score(score.total)}</strong> {text.of}
          </span>
          {score.interval && (
            <span className={styles.interval}>
              {text.interval(
                format.score(score.interval[0] ?? 0),
                format.score(score.interval[1] ?? 0),
              )}
            </span>
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className={hidden.hidden}>{text.height}</span>
            </th>
            <th scope="col">{text.rightLung}</th>
            <th scope="col">{text.leftLung}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ height, right, left }) => (
            <tr key={height}>
              <th scope="row">{text[height]}</th>
              <ZoneCell zone={right} value={score.zones[right]} />
              <ZoneCell zone={left} value={score.zones[left]} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>{text.note}</p>
    </div>
  );
}

function ZoneCell({ zone, value }: { zone: Zone; value: number }) {
  const format = useFormat();
  return (
    <td>
      <div className={styles.zone}>
        <span className={styles.letter}>{zone}</span>{' '}
        <span className={styles.value}>{format.score(value)}</span>
        <ShareBar share={value / HIGHEST} thin />
      </div>
    </td>
  );
}
