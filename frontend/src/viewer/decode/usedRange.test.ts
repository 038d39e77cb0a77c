import { expect, it } from 'vitest';
import { paddedWindow, scaleAround, withoutIslands } from './usedRange';

const SIDE = 100;
const plain = { slope: 1, intercept: 0, inverted: false, padding: null };
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

it('finds the round range around values, and their own where none is near', () => {
  expect(scaleAround(200, 4000)).toEqual({ low: 0, high: 4095 });
  expect(scaleAround(8500, 12000)).toEqual({ low: 8192, high: 12287 });
  expect(scaleAround(30, 40)).toEqual({ low: 28, high: 43 });
});

it('leaves a marker out of the scale, and a film without one as it is', () => {
  expect(withoutIslands(marked, plain, deep)).toEqual({ low: 0, high: 4095 });
  expect(withoutIslands(level(film), plain, deep)).toBe(deep);
});

it('leaves out two islands on one side of the film', () => {
  const both = level((x, y) => (y > 9 ? film(x, y) : x < 10 ? 65535 : x < 20 ? 30000 : film(x, y)));
  expect(withoutIslands(both, plain, deep)).toEqual({ low: 0, high: 4095 });
});

it('leaves it out where low values are white, too', () => {
  const mirrored = level((x, y) => 65535 - (x < 10 && y < 10 ? 65535 : film(x, y)));
  const window = withoutIslands(mirrored, { ...plain, inverted: true }, deep);
  expect(window).toEqual({ low: 65535 - 4095, high: 65535 });
});

it('takes the scale of a padded film from the rest of it', () => {
  const grey = { ...plain, intercept: -32768, padding: [0, 0] as const };
  const padded = level((x, y) => (x < 10 ? 0 : 32768 + film(x, y)));
  expect(paddedWindow(padded, grey, -32768)).toEqual({ low: 0, high: 4095 });
  expect(paddedWindow(level(film), { ...grey, padding: [9, 9] }, -32768)).toBeNull();
  expect(paddedWindow(padded, { ...grey, padding: null }, -32768)).toBeNull();
});
