import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import type { Level, Window } from '../src/viewer/decode/film';
import { plainFilm } from '../src/viewer/decode/plainFilm';
import { toGrey } from '../src/viewer/decode/raster';

const SAMPLES = join(import.meta.dirname, '../../samples');
const names = readdirSync(SAMPLES).filter((name) => name.endsWith('.png'));

type Sides = readonly [left: number, right: number];

/** Of the film's parts between shares of its width: how much of them `outside` is true of. */
function share(
  { width, height, codes }: Level,
  parts: readonly Sides[],
  outside: (value: number) => boolean,
): number {
  let [seen, out] = [0, 0];
  for (const [left, right] of parts) {
    for (let y = Math.floor(0.18 * height); y < 0.72 * height; y += 1) {
      for (let x = Math.floor(left * width); x < right * width; x += 1) {
        seen += 1;
        out += outside(codes[y * width + x] ?? 0) ? 1 : 0;
      }
    }
  }
  return out / seen;
}

const LUNGS: readonly Sides[] = [
  [0.12, 0.42],
  [0.58, 0.88],
];
const MIDDLE: readonly Sides[] = [[0.36, 0.66]];

it.each(names)('has presets that burn out neither lungs nor mediastinum: %s', (name) => {
  const { data, channels, width, height } = decode(readFileSync(join(SAMPLES, name)));
  const film = plainFilm(toGrey(data, channels, { width, height }, 255), 256);
  const { auto, lungs, mediastinum } = film.presets;
  const [full] = film.levels;
  const span = ({ low, high }: Window) => high - low;
  expect(share(full, LUNGS, (value) => value > lungs.high)).toBeLessThan(0.015);
  expect(share(full, MIDDLE, (value) => value < mediastinum.low)).toBeLessThan(0.05);
  expect(share(full, MIDDLE, (value) => value > mediastinum.high)).toBeLessThan(0.03);
  // Nearer to each other than this, greys are noise.
  expect(Math.min(span(lungs), span(mediastinum))).toBeGreaterThanOrEqual(0.6 * span(auto) - 1e-6);
});
