import type { Film, Level, Window } from './film';

/*
 * The part of a grey scale that a film uses, where padding or a burnt-in marker lies far outside of
 * it: as the service finds it (`imaging/used_range.py`), so that both show the same greys.
 */

/** Levels of 16 bits, in which a film's greys are compared, whatever its own depth. */
const LEVELS = 65535;
const SAMPLE = 2 ** 14;
/** Shares of the pixels: in an island at least; between it and the film at most. */
const FEWEST = 5e-4;
const STRAYS = 1e-4;
/** Of the film's range: the gap before an island at least; the island's own width at most. */
const GAP = 0.5;
const NARROW = 0.1;
/** Of all levels: a film that has more keeps its scale. */
const MUCH = 0.75;
/** Of the film's range, between its darkest value and black: at most, and in most films. */
const STEP = 0.26;
const USUAL = 0.06;

/** The round range that holds values from `low` to `high`: exporters add offsets to 12-bit data. */
export function scaleAround(low: number, high: number): Window {
  for (let size = 2; ; size *= 2) {
    let bottom = Math.floor(low / (size / 4)) * (size / 4);
    if (low - bottom > STEP * (high - low)) {
      bottom = low - USUAL * (high - low);
    }
    if (bottom + size > high) {
      return { low: bottom, high: bottom + size - 1 };
    }
  }
}

/** The least and greatest of `ordered` that are the film's, where islands lie apart; else `null`. */
function filmRange(ordered: Float64Array): Window | null {
  const at = (index: number) => ordered[index] ?? 0;
  const strays = Math.max(1, Math.floor(STRAYS * ordered.length));
  const fewest = Math.max(1, Math.floor(FEWEST * ordered.length));
  let [first, last] = [0, ordered.length - 1];
  // An island on either side, or two on one, like padding beside a border.
  for (let round = 0; round < 3; round += 1) {
    if (last + 1 - first - 2 * fewest <= strays) {
      return null;
    }
    let [gap, below] = [-1, first];
    for (let index = first + fewest; index + strays <= last - fewest; index += 1) {
      const wide = at(index + strays) - at(index);
      if (wide > gap) {
        [gap, below] = [wide, index];
      }
    }
    const above = below + strays;
    const beneath = rangeOf(ordered.subarray(first, below + 1), strays);
    const over = rangeOf(ordered.subarray(above, last + 1), strays);
    const film = Math.max(beneath, over);
    if (gap < GAP * film || Math.min(beneath, over) > NARROW * film) {
      break;
    }
    const [low, high] = over > beneath ? [above, last] : [first, below];
    const tenth = Math.floor((high - low) / 10);
    if (at(high - tenth) - at(low + tenth) <= NARROW * film) {
      break;
    }
    [first, last] = [low, high];
  }
  return first === 0 && last === ordered.length - 1 ? null : { low: at(first), high: at(last) };
}

/** What sorted values range over, but for the largest gap: padding and a marker may be two islands. */
function rangeOf(part: Float64Array, strays: number): number {
  let widest = 0;
  for (let index = 0; index + strays < part.length; index += 1) {
    widest = Math.max(widest, (part[index + strays] ?? 0) - (part[index] ?? 0));
  }
  return (part.at(-1) ?? 0) - (part[0] ?? 0) - widest;
}

type Grey = Pick<Film, 'slope' | 'intercept' | 'inverted' | 'padding'>;

/** `base` without the islands that a film has in it; `base` itself where there are none. */
export function withoutIslands(full: Level, grey: Grey, base: Window): Window {
  const { width, height, codes } = full;
  const span = base.high - base.low;
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / SAMPLE)));
  const levels: number[] = [];
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      levels.push(levelOf(codes[y * width + x] ?? 0, grey, base));
    }
  }
  const found = filmRange(Float64Array.from(levels).sort());
  if (!found) {
    return base;
  }
  const scale = scaleAround(found.low, found.high);
  const [black, white] = [Math.max(scale.low, 0), Math.min(scale.high, LEVELS)];
  if (white - black > MUCH * LEVELS) {
    return base;
  }
  const share = (level: number) => (grey.inverted ? LEVELS - level : level) / LEVELS;
  const [one, other] = [base.low + span * share(black), base.low + span * share(white)];
  return { low: Math.min(one, other), high: Math.max(one, other) };
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
  const { slope, intercept, padding } = grey;
  if (!padding) {
    return null;
  }
  let [low, high, padded] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false];
  for (const code of full.codes) {
    if (code >= padding[0] && code <= padding[1]) {
      padded = true;
    } else {
      low = Math.min(low, code);
      high = Math.max(high, code);
    }
  }
  if (!padded || high < low) {
    return null;
  }
  const scale = scaleAround(low + least, high + least);
  const value = (stored: number) => slope * (stored - least) + intercept;
  const [one, other] = [value(scale.low), value(scale.high)];
  return { low: Math.min(one, other), high: Math.max(one, other) };
}
