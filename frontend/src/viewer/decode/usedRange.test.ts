import { expect, it } from 'vitest';
import { filmRange } from './filmRange';
import {
  paddedWindow,
  scaleAround,
  scaleBelow,
  sharesWithoutIslands,
  withoutIslands,
} from './usedRange';

const SIDE = 100;
const plain = { range: 65536, slope: 1, intercept: 0, inverted: false, padding: null };
const deep = { low: 0, high: 65535 };
const level = (codeAt: (x: number, y: number) => number) => ({
  width: SIDE,
  height: SIDE,
  codes: Uint16Array.from({ length: SIDE * SIDE }, (_, at) =>
    codeAt(at % SIDE, Math.floor(at / SIDE)),
  ),
});
/** Greys from 200 to 4000, as 12 bits hold them. */
const film = (x: number, y: number) => 200 + 38 * ((x + y) % SIDE);
/** With a white marker on one hundredth of it. */
const marked = level((x, y) => (x < 10 && y < 10 ? 65535 : film(x, y)));

/** As the service's `scale_around` answers. */
it.each([
  [200, 4000, 0, 4095],
  [500, 2600, 0, 4095],
  [4126, 8096, 4096, 8191],
  [8500, 12000, 8192, 12287],
  [-2028, 2000, -2048, 2047],
  // A round range that is not filled is not believed, as the least value of a film is chance.
  [2280, 3440, 2245.2, 4292.2],
  [2350, 3440, 2317.3, 4364.3],
  [30, 40, 29.7, 44.7],
])('finds the round range around values, and a usual step: %d to %d', (low, high, from, to) => {
  const scale = scaleAround(low, high);
  expect(scale.low).toBeCloseTo(from, 9);
  expect(scale.high).toBeCloseTo(to, 9);
});

it('measures the step from above where black is there', () => {
  expect(scaleBelow(100, 4000)).toEqual({ low: 0, high: 4095 });
  expect(scaleBelow(4096, 8000)).toEqual({ low: 4096, high: 8191 });
  expect(scaleBelow(17000, 18200)).toEqual({ low: 16189, high: 18236 });
});

it('leaves a marker out of the scale, and a film without one as it is', () => {
  expect(withoutIslands(marked, plain, deep, 16)).toEqual({ low: 0, high: 4095 });
  expect(withoutIslands(level(film), plain, deep, 16)).toBe(deep);
});

it('keeps bytes on a scale on which letters alone lie apart, but not with a black page', () => {
  const bytes = { ...plain, range: 256 };
  const all = { low: 0, high: 255 };
  const grey = (x: number, y: number) => 100 + Math.round(1.2 * ((x + y) % SIDE));
  const page = level((x, y) => (x < 10 ? 0 : grey(x, y)));
  const { low, high } = withoutIslands(page, bytes, all, 8);
  expect(low).toBeGreaterThan(90);
  expect(high).toBeGreaterThan(218);
  const letters = level((x, y) => (x < 10 && y < 10 ? 255 : grey(x, y) - 100));
  expect(withoutIslands(letters, bytes, all, 8)).toBe(all);
  expect(withoutIslands(letters, bytes, all, 9)).not.toBe(all);
});

it('leaves out two islands on one side of the film', () => {
  const both = level((x, y) => (y > 9 ? film(x, y) : x < 10 ? 65535 : x < 20 ? 30000 : film(x, y)));
  expect(withoutIslands(both, plain, deep, 16)).toEqual({ low: 0, high: 4095 });
});

it('leaves it out where low values are white, too', () => {
  const mirrored = level((x, y) => 65535 - (x < 10 && y < 10 ? 65535 : film(x, y)));
  const window = withoutIslands(mirrored, { ...plain, inverted: true }, deep, 16);
  expect(window).toEqual({ low: 65535 - 4095, high: 65535 });
});

it.each([false, true])(
  'leaves it out of a table, too, where low values are white: %s',
  (inverted) => {
    const turned = (share: number) => (inverted ? 1 - share : share);
    const shares = Float64Array.from({ length: 65536 }, (_, code) => turned(code / 65535));
    const found = sharesWithoutIslands(marked, { ...plain, inverted }, shares, 16);
    const greys = [0, 2000, 4095, 65535].map((code) => turned(found[code] ?? 0));
    [0, 2000 / 4095, 1, 1].forEach((grey, index) => {
      expect(greys[index]).toBeCloseTo(grey, 9);
    });
    expect(sharesWithoutIslands(level(film), { ...plain, inverted }, shares, 16)).toBe(shares);
  },
);

it('takes the scale of a padded film from the rest of it', () => {
  const grey = { ...plain, intercept: -32768, padding: [0, 0] as const };
  const padded = level((x, y) => (x < 10 ? 0 : 32768 + film(x, y)));
  expect(paddedWindow(padded, grey, -32768)).toEqual({ low: 0, high: 4095 });
  expect(paddedWindow(level(film), { ...grey, padding: [9, 9] }, -32768)).toBeNull();
  expect(paddedWindow(padded, { ...grey, padding: null }, -32768)).toBeNull();
});

it('measures a padded film of MONOCHROME1 from its black end', () => {
  const grey = { ...plain, padding: [0, 0] as const };
  const padded = level((x, y) => (x < 10 ? 0 : 17000 + 12 * ((x + y) % SIDE)));
  expect(paddedWindow(padded, grey, 0)).toEqual({ low: 16964.36, high: 19011.36 });
  const reversed = { low: 16176.64, high: 18223.64 };
  expect(paddedWindow(padded, { ...grey, inverted: true }, 0)).toEqual(reversed);
  const falling = { ...grey, slope: -1 };
  expect(paddedWindow(padded, falling, 0)).toEqual({ low: -18223.64, high: -16176.64 });
  expect(paddedWindow(padded, { ...falling, inverted: true }, 0)?.high).toBe(-16964.36);
});

it('takes no end of a padded film from a few damaged pixels', () => {
  const wide = 200;
  const codes = Uint16Array.from({ length: wide * wide }, (_, at) =>
    at % wide < 20 ? 0 : film(at % wide, at),
  );
  codes[wide - 1] = 60_000;
  const found = paddedWindow(
    { width: wide, height: wide, codes },
    { ...plain, padding: [0, 0] },
    0,
  );
  expect(found).toEqual({ low: 0, high: 4095 });
});

it('leaves out the soft edges of a marker', () => {
  /** White letters of 8 x 8 pixels, around which everything from the film to white lies. */
  const soft = level((x, y) => {
    const outside = Math.max(0, 10 - x, x - 17, 10 - y, y - 17);
    const opacity = Math.max(0, 1 - outside / 4);
    return Math.round(film(x, y) * (1 - opacity) + 65535 * opacity);
  });
  const own = Float64Array.from({ length: 65_536 }, (_, code) => code);
  expect(filmRange(soft, own)).toEqual({ low: 200, high: 3962 });
  expect(withoutIslands(soft, plain, deep, 16)).toEqual({ low: 0, high: 4095 });
});

it('takes a black border beside a film for a part of it, and looks at any shape', () => {
  const own = Float64Array.from({ length: 65_536 }, (_, code) => code);
  const border = level((x, y) => (x < 10 ? 0 : film(x, y)));
  expect(filmRange(border, own)).toBeNull();
  for (const [width, height] of [
    [1, 1],
    [2, 3],
    [1, 5000],
    [301, 7],
  ] as const) {
    const codes = Uint16Array.from({ length: width * height }, (_, at) => at);
    expect(filmRange({ width, height, codes }, own)).toBeNull();
  }
});
