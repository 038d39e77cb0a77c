import type { Film, Level, Preset, Window } from './film';

type Grey = Pick<Film, 'range' | 'slope' | 'intercept' | 'inverted' | 'padding'>;

/**
 * Shares of pixels, from dark to bright as shown, between which a preset spreads its greys.
 * Percentiles, unlike the extremes, are not moved by a burnt-in marker or a border.
 */
const SHARES = {
  auto: [0.005, 0.995],
  // Of the lungs: opacities are their brightest part, and must not burn out.
  lungs: [0.005, 0.995],
  // Of the middle, where heart and spine lie.
  mediastinum: [0.02, 0.998],
} as const satisfies Partial<Record<Preset, readonly [number, number]>>;

/** Where lungs and mediastinum lie on a frontal film, as shares of its width and height. */
const LUNGS: readonly Box[] = [
  [0.12, 0.18, 0.42, 0.72],
  [0.58, 0.18, 0.88, 0.72],
];
const MIDDLE: readonly Box[] = [[0.36, 0.15, 0.66, 0.85]];
const ALL: readonly Box[] = [[0, 0, 1, 1]];
type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Of the automatic window's width: what is narrower shows noise, and burns out what is dense. */
const NARROWEST = 0.6;

/** Of the whole range: a film that uses less of it would hardly be seen (12 of 16 bits, say). */
const VISIBLE_SHARE = 0.25;

function countCodes(
  { width, height, codes }: Level,
  { range, padding }: Grey,
  boxes: readonly Box[],
): Uint32Array {
  const counts = new Uint32Array(range);
  for (const [left, top, right, bottom] of boxes) {
    for (let y = Math.floor(top * height); y < bottom * height; y += 1) {
      for (let x = Math.floor(left * width); x < right * width; x += 1) {
        const code = codes[y * width + x] ?? 0;
        counts[code] = (counts[code] ?? 0) + 1;
      }
    }
  }
  if (padding) {
    counts.fill(0, padding[0], padding[1] + 1);
  }
  return counts;
}

/** The code below which `share` of all counted pixels lie. */
function codeAt(counts: Uint32Array, total: number, share: number): number {
  let seen = 0;
  for (let code = 0; code < counts.length; code += 1) {
    seen += counts[code] ?? 0;
    if (seen >= share * total && seen > 0) {
      return code;
    }
  }
  return counts.length - 1;
}

interface Shown {
  /** The sender's window; `null` where there is none. */
  readonly sent: Window | null;
  /** As the service shows the film. */
  readonly stored: Window;
}

/** Windows for a film, from the counts of its smallest level. */
export function makePresets(
  smallest: Level,
  grey: Grey,
  { sent, stored }: Shown,
): Pick<Film, 'presets' | 'opening'> {
  const toValue = (code: number) => grey.slope * code + grey.intercept;
  // A negative slope turns dark codes into high values, as MONOCHROME1 turns them white.
  const mirrored = grey.inverted !== grey.slope < 0;
  const between = (boxes: readonly Box[], [dark, bright]: readonly [number, number]): Window => {
    const counts = countCodes(smallest, grey, boxes);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const [from, to] = mirrored ? [1 - bright, 1 - dark] : [dark, bright];
    return ordered(toValue(codeAt(counts, total, from)), toValue(codeAt(counts, total, to)));
  };
  const full = fullWindow(grey);
  const auto = between(ALL, SHARES.auto);
  const least = NARROWEST * (auto.high - auto.low);
  const hidden = !sent && auto.high - auto.low < VISIBLE_SHARE * (stored.high - stored.low);
  return {
    presets: {
      stored,
      auto,
      full,
      lungs: atLeast(least, between(LUNGS, SHARES.lungs)),
      mediastinum: atLeast(least, between(MIDDLE, SHARES.mediastinum)),
    },
    opening: hidden ? 'auto' : 'stored',
  };
}

/** All values that a film's codes can stand for; a code of padding's own stands for none. */
export function fullWindow({
  range,
  slope,
  intercept,
}: Omit<Grey, 'inverted' | 'padding'>): Window {
  const values = 2 ** Math.floor(Math.log2(range));
  return ordered(intercept, slope * (values - 1) + intercept);
}

function ordered(one: number, other: number): Window {
  const [low, high] = one < other ? [one, other] : [other, one];
  return { low, high: high > low ? high : low + 1 };
}

function atLeast(width: number, { low, high }: Window): Window {
  const missing = Math.max(0, width - (high - low)) / 2;
  return { low: low - missing, high: high + missing };
}
