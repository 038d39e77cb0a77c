import type { Level } from './film';

/** A level that fits any small window; going on would gain nothing. */
const SMALLEST_SIDE = 512;

/** The mean of each 2 x 2 block, so that a film scaled down neither flickers nor loses lines. */
function half({ width, height, codes }: Level): Level {
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
      const sum =
        (codes[upper + left] ?? 0) +
        (codes[upper + right] ?? 0) +
        (codes[lower + left] ?? 0) +
        (codes[lower + right] ?? 0);
      out[y * across + x] = (sum + 2) >> 2;
    }
  }
  return { width: across, height: down, codes: out };
}

/** `full` and its reductions by 2, 4, 8 and so on. */
export function pyramid(full: Level): [Level, ...Level[]] {
  const levels: [Level, ...Level[]] = [full];
  for (let last = full; Math.max(last.width, last.height) > SMALLEST_SIDE; ) {
    last = half(last);
    levels.push(last);
  }
  return levels;
}
