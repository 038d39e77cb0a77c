import type { Film, Level, Window } from './film';
import { endsOf, FEWEST, filmRange, LARGE_SAMPLE, stepFor } from './filmRange';

/*
 * The part of a grey scale that a film uses, where padding or a burnt-in marker lies far outside of
 * it: as the service finds it (`imaging/used_range.py`), so that both show the same greys.
 */

/** Levels of 16 bits, in which a film's greys are compared, whatever its own depth. */
const LEVELS = 65535;
/** Of all levels: a film that has more keeps its scale. */
const MUCH = 0.75;
/** Bits a pixel at most, where islands brighter than the film are left: letters in white were in view. */
const SHALLOW = 8;
/** Of the film's range, between its darkest value and black, at most: where black is zero; elsewhere. */
const FROM_ZERO = 0.35;
const STEP = 0.26;
/** Of a round range that is believed, what the film fills at least; the step where none is near. */
const FILLED = 0.7;
const USUAL = 0.03;

/**
 * The round range that holds whole numbers from `low` to `high`: exporters add offsets to 12-bit
 * data. It is believed where the film fills it, or it begins at zero; else the step is that of most
 * films.
 */
export function scaleAround(low: number, high: number): Window {
  for (let size = 2; ; size *= 2) {
    let bottom = Math.floor(low / (size / 4)) * (size / 4);
    // Counted from above, a scale that begins at zero ends with -1.
    const natural = bottom === 0 || bottom === -size;
    const filled = natural || high - low >= FILLED * size;
    if (low - bottom > (natural ? FROM_ZERO : STEP) * (high - low) || !filled) {
      bottom = low - USUAL * (high - low);
    }
    if (bottom + size > high) {
      return { low: bottom, high: bottom + size - 1 };
    }
  }
}

/** The same where black is the upper end: the step is measured from there. */
export function scaleBelow(low: number, high: number): Window {
  const mirrored = scaleAround(-1 - high, -1 - low);
  return { low: -1 - mirrored.high, high: -1 - mirrored.low };
}

type Grey = Pick<Film, 'range' | 'slope' | 'intercept' | 'inverted' | 'padding'>;

/** `base` without the islands that a film of so many bits has in it; `base` itself where there are none. */
export function withoutIslands(full: Level, grey: Grey, base: Window, depth: number): Window {
  const span = base.high - base.low;
  const levels = Float64Array.from({ length: grey.range }, (_, code) => levelOf(code, grey, base));
  const scale = scaleOf(full, levels, depth);
  if (!scale) {
    return base;
  }
  const share = (level: number) => (grey.inverted ? LEVELS - level : level) / LEVELS;
  const [one, other] = [base.low + span * share(scale.low), base.low + span * share(scale.high)];
  return { low: Math.min(one, other), high: Math.max(one, other) };
}

/** The same of a film that is shown by `shares` of white, one per code. */
export function sharesWithoutIslands(
  full: Level,
  grey: Grey,
  shares: Float64Array,
  depth: number,
): Float64Array {
  const turned = (share: number) => (grey.inverted ? 1 - share : share);
  const isPadding = (code: number) =>
    grey.padding !== null && code >= grey.padding[0] && code <= grey.padding[1];
  const levels = Float64Array.from({ length: grey.range }, (_, code) =>
    isPadding(code) ? 0 : LEVELS * turned(shares[code] ?? 0),
  );
  const scale = scaleOf(full, levels, depth);
  if (!scale) {
    return shares;
  }
  const { low, high } = scale;
  return shares.map((share) =>
    turned(Math.min(1, Math.max(0, (LEVELS * turned(share) - low) / (high - low)))),
  );
}

/** The levels to show as black and as white where there are islands; else `null`. */
function scaleOf(full: Level, levels: Float64Array, depth: number): Window | null {
  const found = filmRange(full, levels);
  if (!found) {
    return null;
  }
  const scale = scaleAround(found.low, found.high);
  const [low, high] = [Math.max(scale.low, 0), Math.min(scale.high, LEVELS)];
  if (high - low > MUCH * LEVELS) {
    return null;
  }
  return depth <= SHALLOW && shareBelow(full, levels, low) < FEWEST ? null : { low, high };
}

function shareBelow({ codes }: Level, levels: Float64Array, limit: number): number {
  let below = 0;
  for (const code of codes) {
    below += Number((levels[code] ?? 0) < limit);
  }
  return below / codes.length;
}

/** A code as shown under `window`, 0 black to 65535 white. */
function levelOf(code: number, { slope, intercept, inverted, padding }: Grey, window: Window) {
  if (padding && code >= padding[0] && code <= padding[1]) {
    return 0;
  }
  const value = (slope * code + intercept - window.low) / (window.high - window.low);
  const shown = Math.min(1, Math.max(0, value));
  return LEVELS * (inverted ? 1 - shown : shown);
}

/**
 * The window of a film without the sender's: where it is padded, the part of its scale that the
 * rest of the film uses. `least` is the stored value of code 0.
 */
export function paddedWindow(full: Level, grey: Grey, least: number): Window | null {
  const { slope, intercept, inverted, padding } = grey;
  if (!padding) {
    return null;
  }
  const { width, height, codes } = full;
  const step = stepFor(codes.length, LARGE_SAMPLE);
  const film: number[] = [];
  let padded = false;
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      const code = codes[y * width + x] ?? 0;
      if (code >= padding[0] && code <= padding[1]) {
        padded = true;
      } else {
        film.push(code + least);
      }
    }
  }
  if (!padded || film.length === 0) {
    return null;
  }
  const { low, high } = endsOf(Float64Array.from(film).sort());
  // A negative slope turns dark values into high ones, as MONOCHROME1 turns them white.
  const scale = inverted === slope < 0 ? scaleAround(low, high) : scaleBelow(low, high);
  const value = (stored: number) => slope * (stored - least) + intercept;
  const [one, other] = [value(scale.low), value(scale.high)];
  return { low: Math.min(one, other), high: Math.max(one, other) };
}
