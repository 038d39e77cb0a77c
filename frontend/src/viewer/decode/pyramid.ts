import type { Level } from './film';

/** A level that fits any small window; going on would gain nothing. */
const SMALLEST_SIDE = 512;

/** Codes from and to which stand for no tissue. */
export type Padding = readonly [number, number] | null;

/**
 * The mean of each 2 x 2 block, so that a film scaled down neither flickers nor loses lines. Padding
 * is in no mean: its code may be one of white, and a rim of light would lie along it.
 */
function half({ width, height, codes }: Level, padding: Padding): Level {
  const [across, down] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const out =
    codes instanceof Uint8Array ? new Uint8Array(across * down) : new Uint16Array(across * down);
  for (let y = 0; y < down; y += 1) {
    const upper = 2 * y * width;
    // The last row and column of an odd size stand for themselves.
    const lower = 2 * y + 1 < height ? upper + width : upper;
    for (let x = 0; x < across; x += 1) {
      const left = 2 * x;
      const right = left + 1 < width ? left + 1 : left;
      const one = codes[upper + left] ?? 0;
      const two = codes[upper + right] ?? 0;
      const three = codes[lower + left] ?? 0;
      const four = codes[lower + right] ?? 0;
      out[y * across + x] = padding
        ? meanOf([one, two, three, four], padding)
        : (one + two + three + four + 2) >> 2;
    }
  }
  return { width: across, height: down, codes: out };
}

export const isWithin = (code: number, [low, high]: readonly [number, number]): boolean =>
  code >= low && code <= high;

/** The mean of what is tissue, and padding where most are. */
function meanOf(codes: readonly number[], padding: readonly [number, number]): number {
  const tissue = codes.filter((code) => !isWithin(code, padding));
  return tissue.length * 2 < codes.length
    ? padding[0]
    : Math.round(tissue.reduce((sum, code) => sum + code, 0) / tissue.length);
}

/** `full` and its reductions by 2, 4, 8 and so on. */
export function pyramid(full: Level, padding: Padding = null): [Level, ...Level[]] {
  const levels: [Level, ...Level[]] = [full];
  for (let last = full; Math.max(last.width, last.height) > SMALLEST_SIDE; ) {
    last = half(last, padding);
    levels.push(last);
  }
  return levels;
}
