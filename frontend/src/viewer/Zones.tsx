import { useFormat, useText } from '../i18n/context';
import type { Brixia, Zone } from '../lib/prediction';
import styles from './FilmView.module.css';
import { apply, type Matrix, type Point, type Size } from './view';

interface ZonesProps {
  score: Brixia;
  film: Size;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
}

/**
 * Where the zones lie on a frontal film that is centred and filled as usual, as shares of its
 * width and height. The model scores zones and outlines none: this is a scheme, and says so.
 */
const LEFT_EDGES = { right: 0.1, left: 0.53 };
const WIDTH = 0.37;
const TOP = 0.12;
const HEIGHT = 0.24;
const PLACES: readonly [Zone, x: number, y: number][] = [
  ['A', LEFT_EDGES.right, TOP],
  ['B', LEFT_EDGES.right, TOP + HEIGHT],
  ['C', LEFT_EDGES.right, TOP + 2 * HEIGHT],
  ['D', LEFT_EDGES.left, TOP],
  ['E', LEFT_EDGES.left, TOP + HEIGHT],
  ['F', LEFT_EDGES.left, TOP + 2 * HEIGHT],
];

/** The six Brixia zones with their scores. They turn with the film, their letters stay upright. */
export function Zones({ score, film, matrix }: ZonesProps) {
  const text = useText('viewer');
  const format = useFormat();
  const place = (x: number, y: number): Point =>
    apply(matrix, { x: x * film.width, y: y * film.height });
  const name = text.zonesDescription(
    PLACES.map(([zone]) => `${zone} ${format.score(score.zones[zone])}`),
  );
  return (
    <svg className={styles.layer} role="img" aria-label={name}>
      {PLACES.map(([zone, x, y]) => {
        const corners = [
          place(x, y),
          place(x + WIDTH, y),
          place(x + WIDTH, y + HEIGHT),
          place(x, y + HEIGHT),
        ];
        const middle = place(x + WIDTH / 2, y + HEIGHT / 2);
        return (
          <g key={zone}>
            <polygon
              className={styles.zone}
              points={corners.map((corner) => `${corner.x},${corner.y}`).join(' ')}
            />
            <text className={styles.zoneLabel} x={middle.x} y={middle.y}>
              {zone} {format.score(score.zones[zone])}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
