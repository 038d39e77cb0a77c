import type { Spacing } from './decode/film';
import type { Point } from './view';

/** A line on a film, in its pixels. */
export interface Line {
  readonly from: Point;
  readonly to: Point;
}

/** What is measured: a length, or the two widths of a cardiothoracic ratio. */
export type Ruler = 'length' | 'ratio';

export interface Measured {
  readonly length: Line | null;
  /** The widest heart, then the widest chest; the ratio is of their widths across the film. */
  readonly ratio: readonly Line[];
}

export const UNMEASURED: Measured = { length: null, ratio: [] };

/** A line was drawn: a third one for a ratio begins a new ratio. */
export function withLine(measured: Measured, ruler: Ruler, line: Line): Measured {
  if (ruler === 'length') {
    return { ...measured, length: line };
  }
  return { ...measured, ratio: measured.ratio.length < 2 ? [...measured.ratio, line] : [line] };
}

/** In millimetres where the spacing is known, else in pixels. */
export function lengthOf({ from, to }: Line, spacing: Spacing | null): number {
  const [x, y] = [to.x - from.x, to.y - from.y];
  return spacing ? Math.hypot(x * spacing.column, y * spacing.row) : Math.hypot(x, y);
}

/** Width of the heart over that of the chest, both across the film; `null` until both are drawn. */
export function ratioOf({ ratio: [heart, chest] }: Measured): number | null {
  if (!heart || !chest) {
    return null;
  }
  const across = ({ from, to }: Line) => Math.abs(to.x - from.x);
  return across(chest) === 0 ? null : across(heart) / across(chest);
}
