import { encode } from 'fast-png';
import type { Repair } from '../../lib/study';
import type { Film, Level } from './film';
import { type Orientation, turned } from './orientation';

/** How `turned` names a turn: towards which sides of the patient the stored rows and columns run. */
const TURNS: Readonly<Record<Exclude<Repair['turned'], 0>, Orientation>> = {
  90: 'FR',
  180: 'RH',
  270: 'HL',
};
const TOP = 65_535;

/** A film's picture as it opens, turned or inverted as `repair` says: a grey PNG of 16 bits. */
export function repairedPng(film: Film, { turned: degrees, inverted }: Repair): Uint8Array {
  const [stored] = film.levels;
  const level: Level = degrees === 0 ? stored : turned(stored, TURNS[degrees]);
  const greys = greysOf(film, inverted);
  const data = new Uint16Array(level.codes.length);
  for (let pixel = 0; pixel < data.length; pixel += 1) {
    data[pixel] = greys[level.codes[pixel] ?? 0] ?? 0;
  }
  const { width, height } = level;
  return encode({ width, height, data, depth: 16, channels: 1 });
}

/** Each code's grey, 0 to 65 535, in the window that the film opens with: as the service reads it. */
function greysOf(film: Film, inverted: boolean): Uint16Array {
  const { low, high } = film.presets[film.opening];
  const negative = film.inverted !== inverted;
  const greys = new Uint16Array(film.range);
  for (let code = 0; code < film.range; code += 1) {
    const value = film.slope * code + film.intercept;
    const share =
      film.opening === 'stored' && film.table
        ? (film.table[code] ?? 0) / 255
        : Math.min(1, Math.max(0, (value - low) / (high - low)));
    greys[code] = Math.round(TOP * (negative ? 1 - share : share));
  }
  if (film.padding) {
    greys.fill(0, film.padding[0], film.padding[1] + 1);
  }
  return greys;
}
