import { useText } from '../../../i18n/context';
import { SEVERITIES } from '../../../lib/prediction';
import type { DatedFilm } from './dated';
import styles from './Series.module.css';

const WIDTH = 260;
const HEIGHT = 96;
const LEFT = 62;
const EDGE = 10;
const ROW = (HEIGHT - 2 * EDGE) / (SEVERITIES.length - 1);

/**
 * Severity over time. Days lie to scale: a gap between films is a gap in the chart.
 *
 * The list beneath says the same in words, so that this is for eyes alone.
 */
export function SeriesChart({
  series,
  selected,
}: {
  series: readonly DatedFilm[];
  selected: number | null;
}) {
  const { severities } = useText('shared');
  const days = series.map(({ item }) => Date.parse(item.date));
  const [first = 0, last = 0] = [days[0], days.at(-1)];
  const span = last - first || 1;
  const height = (grade: (typeof SEVERITIES)[number]) =>
    HEIGHT - EDGE - ROW * SEVERITIES.indexOf(grade);
  const points = series.map(({ item, graded }, index) => ({
    id: item.id,
    severity: graded.severity,
    x: LEFT + EDGE + (((days[index] ?? 0) - first) / span) * (WIDTH - LEFT - 2 * EDGE),
    y: height(graded.severity),
  }));
  return (
    <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {SEVERITIES.map((grade) => (
        <g key={grade}>
          <text className={styles.tick} x={LEFT - 6} y={height(grade)}>
            {severities[grade]}
          </text>
          <line
            className={styles.grid}
            x1={LEFT}
            x2={WIDTH}
            y1={height(grade)}
            y2={height(grade)}
          />
        </g>
      ))}
      <polyline className={styles.line} points={points.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {points.map(({ id, severity, x, y }) => (
        <circle
          key={id}
          className={styles.point}
          data-severity={severity}
          data-selected={id === selected}
          cx={x}
          cy={y}
          r={id === selected ? 6 : 4}
        />
      ))}
    </svg>
  );
}
