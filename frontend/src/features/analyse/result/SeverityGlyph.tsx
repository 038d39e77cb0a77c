import { SEVERITIES, type Severity } from '../../../lib/prediction';
import styles from './SeverityGlyph.module.css';

const BAR_WIDTH = 10;
const GAP = 5;
const HEIGHTS = [16, 28, 40];

/** The grade as one to three filled bars, none while it is unknown: not by colour alone. */
export function SeverityGlyph({ severity }: { severity: Severity | null }) {
  const level = severity === null ? -1 : SEVERITIES.indexOf(severity);
  return (
    <svg
      className={styles.glyph}
      data-severity={severity ?? undefined}
      viewBox="0 0 40 40"
      width="40"
      height="40"
      aria-hidden="true"
    >
      {HEIGHTS.map((height, index) => (
        <rect
          key={height}
          className={index <= level ? styles.filled : styles.open}
          x={index * (BAR_WIDTH + GAP)}
          y={40 - height}
          width={BAR_WIDTH}
          height={height}
          rx="2"
        />
      ))}
    </svg>
  );
}
