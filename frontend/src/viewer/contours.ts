import { contours } from 'd3-contour';
import type { Size } from './view';

/** Of the map's full scale. */
export const LEVELS = [0.25, 0.5, 0.75] as const;

export interface Contour {
  /** 0 to 1. */
  readonly level: number;
  /** Closed lines, as corners in shares of the map's width and height. */
  readonly rings: readonly (readonly (readonly [x: number, y: number])[])[];
}

/**
 * Lines of equal heat (marching squares) at `LEVELS`; those below `threshold` are left out.
 *
 * @param heat grey values, 0 to 255, row by row.
 */
export function contoursOf(
  heat: ArrayLike<number>,
  { width, height }: Size,
  threshold: number,
): readonly Contour[] {
  const levels = LEVELS.filter((level) => level >= threshold);
  const made = contours()
    .size([width, height])
    .thresholds(levels.map((level) => level * 255))(Array.from(heat));
  return made.map(({ value, coordinates }) => ({
    level: value / 255,
    rings: coordinates.flatMap((polygon) =>
      polygon.map((ring) => ring.map(([x = 0, y = 0]) => [x / width, y / height] as const)),
    ),
  }));
}
