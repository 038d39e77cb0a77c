export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** x' = a x + c y + e, y' = b x + d y + f, as canvas and SVG write it. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Quarter turns and mirrors: the four entries of a matrix of 0, 1 and -1. */
export type Orientation = readonly [a: number, b: number, c: number, d: number];

/** How a film lies in its viewport, whatever the size of either: so that two can be linked. */
export interface View {
  /** 1: the whole film just fits. */
  readonly zoom: number;
  /** The point of the film, as shares of its width and height, at the viewport's centre. */
  readonly centre: Point;
  readonly orientation: Orientation;
}

export const UPRIGHT: Orientation = [1, 0, 0, 1];
export const FITTED: View = { zoom: 1, centre: { x: 0.5, y: 0.5 }, orientation: UPRIGHT };
export const ZOOM_STEP = 1.25;
const ZOOM_LIMITS = [0.5, 64] as const;
/** Of the viewport, by one arrow key. */
export const PAN_STEP = 0.1;

const scaledOrientation = ([a, b, c, d]: Orientation, by: number): Orientation => [
  a * by,
  b * by,
  c * by,
  d * by,
];

/** To so many times as many pixels. */
export const scaledMatrix = ([a, b, c, d, e, f]: Matrix, by: number): Matrix => [
  ...scaledOrientation([a, b, c, d], by),
  e * by,
  f * by,
];

function times(one: Orientation, other: Orientation): Orientation {
  const [a, b, c, d] = one;
  const [p, q, r, s] = other;
  // Adding 0 turns -0 into 0.
  return [a * p + c * q + 0, b * p + d * q + 0, a * r + c * s + 0, b * r + d * s + 0];
}

/** As seen now, by 90 degrees clockwise. */
export function turned(view: View): View {
  return { ...view, orientation: times([0, 1, -1, 0], view.orientation) };
}

/** As seen now, left for right. */
export function mirrored(view: View): View {
  return { ...view, orientation: times([-1, 0, 0, 1], view.orientation) };
}

function fitting(film: Size, viewport: Size, [a]: Orientation): number {
  const upright = a !== 0;
  const [across, down] = upright ? [film.width, film.height] : [film.height, film.width];
  return Math.min(viewport.width / across, viewport.height / down);
}

/** CSS pixels of the viewport for one pixel of the film. */
export function scaleOf(view: View, film: Size, viewport: Size): number {
  return fitting(film, viewport, view.orientation) * view.zoom;
}

/** From the film's pixels to the viewport's CSS pixels. */
export function matrixOf(view: View, film: Size, viewport: Size): Matrix {
  const scale = scaleOf(view, film, viewport);
  const [a, b, c, d] = scaledOrientation(view.orientation, scale);
  const [x, y] = [view.centre.x * film.width, view.centre.y * film.height];
  return [a, b, c, d, viewport.width / 2 - a * x - c * y, viewport.height / 2 - b * x - d * y];
}

export function apply([a, b, c, d, e, f]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/** What lies over a film is fitted into another room, such as a sheet's, as the film's canvas is. */
export const viewBoxOf = ({ width, height }: Size): string => `0 0 ${width} ${height}`;

export function inverse([a, b, c, d, e, f]: Matrix): Matrix {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

/** Moves the film by so many CSS pixels; its middle part stays within the viewport. */
export function panned(view: View, by: Point, film: Size, viewport: Size): View {
  const [a, b, c, d] = inverse(matrixOf(view, film, viewport));
  const share = (value: number) => Math.min(1, Math.max(0, value));
  return {
    ...view,
    centre: {
      x: share(view.centre.x - (a * by.x + c * by.y) / film.width),
      y: share(view.centre.y - (b * by.x + d * by.y) / film.height),
    },
  };
}

/** Moves what is seen by shares of the viewport, for keys. */
export function nudged(view: View, right: number, down: number): View {
  const [a, b, c, d] = view.orientation;
  const share = (value: number) => Math.min(1, Math.max(0, value));
  const step = PAN_STEP / view.zoom;
  return {
    ...view,
    // The inverse of quarter turns and mirrors is their transpose.
    centre: {
      x: share(view.centre.x - step * (a * right + b * down)),
      y: share(view.centre.y - step * (c * right + d * down)),
    },
  };
}

export type Side = 'left' | 'right' | 'top' | 'bottom';

/** On which sides the patient's right and left lie; the film itself has the right on its left. */
export function sidesOf([a, b]: Orientation): { readonly R: Side; readonly L: Side } {
  const opposite = { left: 'right', right: 'left', top: 'bottom', bottom: 'top' } as const;
  const L: Side = a > 0 ? 'right' : a < 0 ? 'left' : b > 0 ? 'bottom' : 'top';
  return { R: opposite[L], L };
}

/** What was done to the film since it was opened. */
export function changesOf([a, b, c, d]: Orientation): {
  readonly mirrored: boolean;
  /** Degrees clockwise, after any mirroring. */
  readonly turned: 0 | 90 | 180 | 270;
} {
  const mirrored = a * d - b * c < 0;
  const [x, y] = mirrored ? [-a, -b] : [a, b];
  return { mirrored, turned: x > 0 ? 0 : x < 0 ? 180 : y > 0 ? 90 : 270 };
}

function limited(zoom: number): number {
  const [least, most] = ZOOM_LIMITS;
  return Math.min(most, Math.max(least, zoom));
}

/** Enlarges by `factor` about the viewport's centre. */
export function scaled(view: View, factor: number): View {
  return { ...view, zoom: limited(view.zoom * factor) };
}

/** Enlarges by `factor`; the film's point at `about` (CSS pixels) stays where it is. */
export function zoomed(view: View, factor: number, about: Point, film: Size, viewport: Size): View {
  const zoom = limited(view.zoom * factor);
  const real = zoom / view.zoom;
  const away = { x: about.x - viewport.width / 2, y: about.y - viewport.height / 2 };
  const moved = panned(
    view,
    { x: -away.x * (1 - 1 / real), y: -away.y * (1 - 1 / real) },
    film,
    viewport,
  );
  return { ...moved, zoom };
}
