import { useFormat, useText } from '../i18n/context';
import type { Brixia, Explanation, Zone } from '../lib/prediction';
import styles from './FilmView.module.css';
import { apply, type Matrix, type Point, type Size, viewBoxOf } from './view';

export type Outlines = NonNullable<Explanation['zone_outlines']>;

interface ZonesProps {
  score: Brixia;
  /** Fitted to this film's lungs; `null` where they were not found, or by versions before 2.0.0. */
  outlines: Outlines | null;
  film: Size;
  /** Of the viewport, in CSS pixels. */
  size: Size;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
}

/**
 * Where the zones lie on a frontal film that is centred and filled as usual, as shares of its
 * width and height: a scheme, which says so, where no outlines came with the answer.
 */
const LEFT_EDGES = { right: 0.14, left: 0.55 };
const WIDTH = 0.31;
const TOP = 0.16;
const HEIGHT = 0.2;
const PLACES: readonly [Zone, x: number, y: number][] = [
  ['A', LEFT_EDGES.right, TOP],
  ['B', LEFT_EDGES.right, TOP + HEIGHT],
  ['C', LEFT_EDGES.right, TOP + 2 * HEIGHT],
  ['D', LEFT_EDGES.left, TOP],
  ['E', LEFT_EDGES.left, TOP + HEIGHT],
  ['F', LEFT_EDGES.left, TOP + 2 * HEIGHT],
];

const boxAt = (x: number, y: number) => [
  [x, y],
  [x + WIDTH, y],
  [x + WIDTH, y + HEIGHT],
  [x, y + HEIGHT],
];

/** Corners of a zone and the middle of its label, in the units of `matrix`. */
export interface ZoneShape {
  readonly zone: Zone;
  readonly corners: readonly Point[];
  readonly middle: Point;
}

export function zoneShapes(outlines: Outlines | null, film: Size, matrix: Matrix): ZoneShape[] {
  const place = ([x, y]: readonly number[]): Point =>
    apply(matrix, { x: (x ?? 0) * film.width, y: (y ?? 0) * film.height });
  return PLACES.map(([zone, x, y]) => {
    const corners = (outlines?.[zone] ?? boxAt(x, y)).map(place);
    const mean = (of: (corner: Point) => number) =>
      corners.reduce((sum, corner) => sum + of(corner), 0) / corners.length;
    return { zone, corners, middle: { x: mean((at) => at.x), y: mean((at) => at.y) } };
  });
}

/** The six Brixia zones with their scores. They turn with the film, their letters stay upright. */
export function Zones({ score, outlines, film, size, matrix }: ZonesProps) {
  const text = useText('viewer');
  const format = useFormat();
  const scores = PLACES.map(([zone]) => `${zone} ${format.score(score.zones[zone])}`);
  const name = outlines ? text.fittedZones(scores) : text.zonesDescription(scores);
  return (
    <svg className={styles.layer} viewBox={viewBoxOf(size)} role="img" aria-label={name}>
      {zoneShapes(outlines, film, matrix).map(({ zone, corners, middle }) => (
        <g key={zone}>
          <polygon
            className={styles.zone}
            points={corners.map((corner) => `${corner.x},${corner.y}`).join(' ')}
          />
          <text className={styles.zoneLabel} x={middle.x} y={middle.y}>
            {zone} {format.score(score.zones[zone])}
          </text>
        </g>
      ))}
    </svg>
  );
}
