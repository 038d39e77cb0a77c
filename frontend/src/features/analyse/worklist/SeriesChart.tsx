import { useText } from '../../../i18n/context';
import { CUTS, TOTAL_MOST } from '../../../lib/grades';
import { SEVERITIES, versionsOf } from '../../../lib/prediction';
import type { DatedFilm } from './dated';
import styles from './Series.module.css';

const WIDTH = 260;
const HEIGHT = 128;
const LEFT = 24;
const EDGE = 8;
/** Where no point comes: the last one would lie over the names of the grades. */
const NAMES = 52;
const TICKS = [0, 6, 12, 18] as const;

/** Where a Brixia total lies in the chart; cut-offs lie between whole totals. */
export const heightOf = (total: number): number =>
  HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * total) / TOTAL_MOST;

/**
 * The Brixia total over time, with the interval of each estimate, over the ranges of the grades.
 * Days lie to scale: a gap between films is a gap in the chart.
 *
 * What is not fit for a judgement is no part of a course: it is drawn hollow, the line passes it,
 * and it has no interval, which holds for films that are fit. Nor are two versions of the model one:
 * each has a line of its own.
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
  const points = series.map(({ item, graded: { brixia, model, severity, quality } }, index) => ({
    id: item.id,
    severity,
    fit: quality.accepted,
    model,
    x: LEFT + EDGE + (((days[index] ?? 0) - first) / span) * (WIDTH - LEFT - 2 * EDGE - NAMES),
    y: heightOf(brixia.total),
    ends: quality.accepted ? (brixia.interval ?? []).map(heightOf) : [],
  }));
  const fitPoints = points.filter(({ fit }) => fit);
  const courses = versionsOf(fitPoints).map((version) =>
    fitPoints.filter(({ model }) => model.version === version),
  );
  const bounds = [0, ...CUTS, TOTAL_MOST];
  return (
    <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {SEVERITIES.map((grade, index) => {
        const [top, bottom] = [heightOf(bounds[index + 1] ?? 0), heightOf(bounds[index] ?? 0)];
        return (
          <g key={grade} data-severity={grade}>
            <rect
              className={styles.band}
              x={LEFT}
              y={top}
              width={WIDTH - LEFT}
              height={bottom - top}
            />
            <text className={styles.bandName} x={WIDTH - 4} y={top + 9}>
              {severities[grade]}
            </text>
          </g>
        );
      })}
      {TICKS.map((tick) => (
        <text key={tick} className={styles.tick} x={LEFT - 5} y={heightOf(tick)}>
          {tick}
        </text>
      ))}
      {courses.map((course) => (
        <polyline
          key={course[0]?.model.version}
          className={styles.line}
          points={course.map(({ x, y }) => `${x},${y}`).join(' ')}
        />
      ))}
      {points.map(({ id, severity, fit, x, y, ends: [low, high] }) => (
        <g key={id} data-severity={severity}>
          {low !== undefined && high !== undefined && (
            <path
              className={styles.interval}
              d={`M${x} ${low}V${high}M${x - 3} ${low}h6M${x - 3} ${high}h6`}
            />
          )}
          <circle
            className={styles.point}
            data-severity={severity}
            data-fit={fit}
            data-selected={id === selected}
            cx={x}
            cy={y}
            r={id === selected ? 5 : 3.5}
          />
        </g>
      ))}
    </svg>
  );
}
