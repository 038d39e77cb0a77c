import type { Film, Level } from './film';
import { fullWindow, makePresets } from './presets';
import { pyramid } from './pyramid';
import { withoutIslands } from './usedRange';

/** A film whose codes are its values, as in PNG, JPEG and TIFF. */
export function plainFilm(full: Level, range: number): Omit<Film, 'spacing' | 'header'> {
  const grey = { range, slope: 1, intercept: 0, inverted: false, padding: null };
  const levels = pyramid(full);
  const base = fullWindow(grey);
  const stored = withoutIslands(full, grey, base, Math.log2(range));
  const presets = makePresets(levels.at(-1) ?? levels[0], grey, { sent: null, stored });
  return { levels, table: null, ...grey, ...presets };
}
