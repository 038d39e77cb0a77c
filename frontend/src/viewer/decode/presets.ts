import type { Film, Level, Preset, Window } from './film';

type Grey = Pick<Film, 'range' | 'slope' | 'intercept' | 'inverted' | 'padding'>;

/**
 * Shares of the film's pixels, from dark to bright as shown, between which a preset spreads its
 * greys. Lungs are dark and the mediastinum is bright; percentiles, unlike the extremes, are not
 * moved by a burnt-in marker or a border.
 */
const SHARES = {
  auto: [0.005, 0.995],
  lungs: [0.005, 0.6],
  mediastinum: [0.4, 0.999],
} as const satisfies Partial<Record<Preset, readonly [number, number]>>;

/** Of the whole range: a film that uses less of it would hardly be seen (12 of 16 bits, say). */
const VISIBLE_SHARE = 0.25;

function countCodes({ codes }: Level, { range, padding }: Grey): Uint32Array {
  const counts = new Uint32Array(range);
  for (const code of codes) {
    counts[code] = (counts[code] ?? 0) + 1;
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

/** Windows for a film, from the counts of its smallest level; `stored` is the sender's. */
export function makePresets(
  smallest: Level,
  grey: Grey,
  stored: Window | null,
): Pick<Film, 'presets' | 'opening'> {
  const counts = countCodes(smallest, grey);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const toValue = (code: number) => grey.slope * code + grey.intercept;
  // A negative slope turns dark codes into high values, as MONOCHROME1 turns them white.
  const mirrored = grey.inverted !== grey.slope < 0;
  const between = ([dark, bright]: readonly [number, number]): Window => {
    const [from, to] = mirrored ? [1 - bright, 1 - dark] : [dark, bright];
    return ordered(toValue(codeAt(counts, total, from)), toValue(codeAt(counts, total, to)));
  };
  const full = ordered(toValue(0), toValue(grey.range - 1));
  const auto = between(SHARES.auto);
  const hidden = !stored && auto.high - auto.low < VISIBLE_SHARE * (full.high - full.low);
  return {
    presets: {
      stored: stored ?? full,
      auto,
      full,
      lungs: between(SHARES.lungs),
      mediastinum: between(SHARES.mediastinum),
    },
    opening: hidden ? 'auto' : 'stored',
  };
}

function ordered(one: number, other: number): Window {
  const [low, high] = one < other ? [one, other] : [other, one];
  return { low, high: high > low ? high : low + 1 };
}
