import type { Level, Window } from './film';

/*
 * Where in a film's values the film itself ends, and padding or burnt-in markers begin: as the
 * service finds it (`imaging/used_range.py`), so that both show the same greys.
 */

/** Pixels that are looked at, on a grid: for islands, and for what a film has few of. */
const SAMPLE = 2 ** 14;
export const LARGE_SAMPLE = 2 ** 18;
/** Shares of the pixels: in an island at least; between it and the film at most. */
export const FEWEST = 5e-4;
const STRAYS = 1e-4;
/** Of the film's range: the gap before an island at least; the island's own width at most. */
const GAP = 0.5;
const NARROW = 0.1;
/** Pixels around an island that may be a mixture of it and the film, as text is drawn. */
const EDGE = 3;
/** Of all levels, how far those of an island may differ from its outermost. */
const ALIKE = 0.01;
/** Shares of the pixels, at most: those in or beside such islands; soft edges. */
const MOST = 0.5;
const THIN = 0.02;
/** Share of the pixels at either end that may be damaged. */
const OUTERMOST = 5e-5;

/** At least one of what makes up a share. */
const few = (share: number, count: number) => Math.max(1, Math.floor(share * count));

/** Of about `count` pixels on a grid, every which one is looked at along a side. */
export const stepFor = (pixels: number, count: number) =>
  Math.max(1, Math.floor(Math.sqrt(pixels / count)));

/** The least and greatest of sorted numbers of a film, but for a few damaged pixels. */
export function endsOf(ordered: Float64Array): Window {
  const rank = Math.floor(OUTERMOST * ordered.length);
  return { low: ordered[rank] ?? 0, high: ordered.at(-1 - rank) ?? 0 };
}

/**
 * The least and greatest value that are the film's own, where islands of other values lie apart
 * from it; else `null`. Where nothing but soft edges joins an island to the film, they are left out.
 *
 * `valueByCode` are what the codes stand for.
 */
export function filmRange(level: Level, valueByCode: Float64Array): Window | null {
  const step = stepFor(level.codes.length, SAMPLE);
  const sorted = sample(level, valueByCode, step, () => true).sort();
  let found = betweenGaps(sorted);
  if (!found) {
    const rest = withoutEdges(level, valueByCode, sorted, step);
    found = rest && betweenGaps(rest.sort());
  }
  if (!found) {
    return null;
  }
  // Of its darkest and brightest values a film has few: these are looked for among more.
  const { low, high } = found;
  const around = (GAP / 2) * (high - low);
  const apart = Uint8Array.from(valueByCode, (v) => Number(v < low - around || v > high + around));
  const large = stepFor(level.codes.length, LARGE_SAMPLE);
  const film = sample(level, valueByCode, large, (x, y) => !isBeside(level, apart, x, y));
  return film.length > 0 ? endsOf(film.sort()) : found;
}

/** Values of every `step`th pixel along both sides that is `wanted`. */
function sample(
  { width, height, codes }: Level,
  valueByCode: Float64Array,
  step: number,
  wanted: (x: number, y: number) => boolean,
): Float64Array {
  const values = new Float64Array(Math.ceil(width / step) * Math.ceil(height / step));
  let count = 0;
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      if (wanted(x, y)) {
        values[count] = valueByCode[codes[y * width + x] ?? 0] ?? 0;
        count += 1;
      }
    }
  }
  return values.subarray(0, count);
}

/** Whether a pixel of a `marked` code is at most `EDGE` pixels away. */
function isBeside({ width, height, codes }: Level, marked: Uint8Array, x: number, y: number) {
  const [right, bottom] = [Math.min(width - 1, x + EDGE), Math.min(height - 1, y + EDGE)];
  for (let row = Math.max(0, y - EDGE); row <= bottom; row += 1) {
    for (let column = Math.max(0, x - EDGE); column <= right; column += 1) {
      if (marked[codes[row * width + column] ?? 0] === 1) {
        return true;
      }
    }
  }
  return false;
}

/**
 * Values on the grid but for those beside an island at either end of the scale; `null` where that is
 * none of them, or where little else is left. `ordered` are all of them, sorted.
 */
function withoutEdges(
  level: Level,
  valueByCode: Float64Array,
  ordered: Float64Array,
  step: number,
): Float64Array | null {
  const rank = few(FEWEST, ordered.length);
  if (ordered.length <= 2 * rank) {
    return null;
  }
  const [low, high] = [ordered[rank] ?? 0, ordered.at(-1 - rank) ?? 0];
  // Most films have no such gap, and looking at the places of values takes longer.
  const [, gap] = widestGap(ordered, few(THIN, ordered.length));
  if (gap < (GAP / (1 + GAP)) * (high - low)) {
    return null;
  }
  const within = ALIKE * (high - low);
  const island = Uint8Array.from(valueByCode, (v) =>
    Number(v <= low + within || v >= high - within),
  );
  let beside = 0;
  const { width, codes } = level;
  const kept = sample(level, valueByCode, step, (x, y) => {
    const near = isBeside(level, island, x, y);
    beside += Number(near);
    return !near || island[codes[y * width + x] ?? 0] === 1;
  });
  const none = kept.length === ordered.length;
  return none || beside > MOST * ordered.length ? null : kept;
}

/** As `filmRange`, of sorted values. */
function betweenGaps(ordered: Float64Array): Window | null {
  const at = (index: number) => ordered[index] ?? 0;
  const strays = few(STRAYS, ordered.length);
  const fewest = few(FEWEST, ordered.length);
  let [first, last] = [0, ordered.length - 1];
  // An island on either side, or two on one, like padding beside a border.
  for (let round = 0; round < 3; round += 1) {
    const part = ordered.subarray(first + fewest, Math.max(first, last + 1 - fewest));
    if (part.length <= strays) {
      return null;
    }
    const [place, gap] = widestGap(part, strays);
    const below = first + fewest + place;
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

/** Where, in sorted values, the most lies between two that are `apart` places apart. */
function widestGap(part: Float64Array, apart: number): [place: number, gap: number] {
  let [place, gap] = [0, 0];
  for (let index = 0; index + apart < part.length; index += 1) {
    const wide = (part[index + apart] ?? 0) - (part[index] ?? 0);
    if (wide > gap) {
      [place, gap] = [index, wide];
    }
  }
  return [place, gap];
}

/** What sorted values range over, but for the largest gap: padding and a marker may be two islands. */
function rangeOf(part: Float64Array, strays: number): number {
  return (part.at(-1) ?? 0) - (part[0] ?? 0) - widestGap(part, strays)[1];
}
