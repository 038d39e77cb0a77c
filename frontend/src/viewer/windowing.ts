import type { Film, Window } from './decode/film';

/** What turns a film's values into greys. */
export interface Tone {
  readonly window: Window;
  /** Whether the sender's own table is in force instead of the window. */
  readonly asStored: boolean;
  /** Whether black and white are exchanged. */
  readonly inverted: boolean;
}

/** Each code's grey as an opaque RGBA pixel, least significant byte red. */
export function greyPixels(film: Film, { window, asStored, inverted }: Tone): Uint32Array {
  const pixels = new Uint32Array(film.range);
  const { low, high } = window;
  const negative = film.inverted !== inverted;
  for (let code = 0; code < film.range; code += 1) {
    const value = film.slope * code + film.intercept;
    const grey =
      asStored && film.table
        ? (film.table[code] ?? 0)
        : Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
    pixels[code] = opaque(negative ? 255 - grey : grey);
  }
  if (film.padding) {
    pixels.fill(opaque(0), film.padding[0], film.padding[1] + 1);
  }
  return pixels;
}

function opaque(grey: number): number {
  return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
}

/** The value at a film's pixel; `null` outside. */
export function valueAt(film: Film, x: number, y: number): number | null {
  const { width, height, codes } = film.levels[0];
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) {
    return null;
  }
  return film.slope * (codes[row * width + column] ?? 0) + film.intercept;
}

/** Centre and width, as radiologists name a window. */
export function centreAndWidth({ low, high }: Window): { centre: number; width: number } {
  return { centre: (low + high) / 2, width: high - low };
}

/** A window after a drag: to the right wider, down brighter; `span` is the film's full range. */
export function dragged(from: Window, right: number, down: number, span: number): Window {
  const { centre, width } = centreAndWidth(from);
  const wider = Math.max(span / 1024, width * 1.005 ** right);
  const moved = centre - (down * width) / 400;
  return { low: moved - wider / 2, high: moved + wider / 2 };
}
