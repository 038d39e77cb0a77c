import type { Catalogue } from '../i18n/catalogue';
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
  /** The widest heart, then the widest chest; the ratio is of their widths across the patient. */
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

/**
 * Width of the heart over that of the chest, both along the axis of the film that the chest's line
 * follows: on a film that was turned, across the patient is not across the film. `null` until both
 * are drawn.
 */
export function ratioOf({ ratio: [heart, chest] }: Measured): number | null {
  if (!heart || !chest) {
    return null;
  }
  const along = (axis: keyof Point, { from, to }: Line) => Math.abs(to[axis] - from[axis]);
  const axis = along('y', chest) > along('x', chest) ? 'y' : 'x';
  return along(axis, chest) === 0 ? null : along(axis, heart) / along(axis, chest);
}

/** A line with what it measures, in words. */
export interface Labelled {
  readonly words: string;
  readonly line: Line;
}

export function labelled(
  measured: Measured,
  spacing: Spacing | null,
  { viewer: { measures: text }, format }: Pick<Catalogue, 'viewer' | 'format'>,
): readonly Labelled[] {
  const long = (line: Line) => {
    const length = format.integer(lengthOf(line, spacing));
    return spacing ? text.millimetres(length, spacing.plane) : text.pixels(length);
  };
  const ratio = ratioOf(measured);
  return [
    ...(measured.length ? [{ words: long(measured.length), line: measured.length }] : []),
    ...measured.ratio.map((line, index) => {
      const name = index === 0 ? text.heart : text.chest;
      const told = index === 1 && ratio !== null ? `${text.ratio(format.kappa(ratio))} · ` : '';
      return { words: `${told}${name} ${long(line)}`, line };
    }),
  ];
}
