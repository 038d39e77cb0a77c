import { renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Film, Window } from './decode/film';
import { makePresets } from './decode/presets';
import { pyramid } from './decode/pyramid';
import { type ChosenTone, toneOf, useTone } from './useTone';
import { dragged, greyPixels, valueAt } from './windowing';

const allOf = (window: Window): Film['presets'] => ({
  stored: window,
  auto: window,
  full: window,
  lungs: window,
  mediastinum: window,
});

function film(changes: Partial<Film> = {}): Film {
  const level = { width: 2, height: 2, codes: new Uint16Array([0, 5, 10, 15]) };
  const presets = allOf({ low: 0, high: 15 });
  return {
    levels: [level],
    range: 16,
    slope: 1,
    intercept: 0,
    inverted: false,
    padding: null,
    table: null,
    presets,
    opening: 'stored',
    spacing: null,
    header: null,
    ...changes,
  };
}

const greys = (of: Film, low: number, high: number, inverted = false, asStored = false) =>
  [...greyPixels(of, { window: { low, high }, inverted, asStored })].map((pixel) => pixel & 0xff);

it('spreads greys over the window and clips outside', () => {
  const shown = greys(film(), 5, 10);
  expect(shown[4]).toBe(0);
  expect(shown[5]).toBe(0);
  expect(shown[7]).toBe(102);
  expect(shown[10]).toBe(255);
  expect(shown[15]).toBe(255);
});

it('windows values, not codes', () => {
  const rescaled = film({ slope: -2, intercept: 30 });
  expect(greys(rescaled, 0, 30)[0]).toBe(255);
  expect(greys(rescaled, 0, 30)[15]).toBe(0);
  expect(valueAt(rescaled, 1.7, 0.2)).toBe(20);
  expect(valueAt(rescaled, 2, 0)).toBeNull();
});

it('shows low values white for MONOCHROME1, and inverts either way', () => {
  const negative = film({ inverted: true });
  expect(greys(negative, 0, 15)[0]).toBe(255);
  expect(greys(negative, 0, 15, true)[0]).toBe(0);
  expect(greys(film(), 0, 15, true)[0]).toBe(255);
});

it('shows padding black, whatever the polarity', () => {
  const padded = film({ inverted: true, padding: [0, 1] });
  expect(greys(padded, 0, 15).slice(0, 3)).toEqual([0, 0, 221]);
});

it('uses the sender’s table only as stored', () => {
  const table = Uint8Array.from({ length: 16 }, () => 77);
  expect(greys(film({ table }), 0, 15, false, true)[3]).toBe(77);
  expect(greys(film({ table }), 0, 15)[3]).toBe(51);
});

it('gets wider to the right and brighter downwards', () => {
  const from = { low: 100, high: 300 };
  const wide = dragged(from, 50, 0, 4096);
  expect(wide.high - wide.low).toBeGreaterThan(200);
  expect((wide.high + wide.low) / 2).toBeCloseTo(200);
  const bright = dragged(from, 0, 50, 4096);
  expect((bright.high + bright.low) / 2).toBeLessThan(200);
  const least = dragged(from, -9999, 0, 4096);
  expect(least.high).toBeGreaterThan(least.low);
});

it('halves a film by the mean, odd edges included', () => {
  const codes = new Uint8Array(1025 * 3).fill(100);
  codes[0] = 120;
  const levels = pyramid({ width: 1025, height: 3, codes });
  expect(levels.map(({ width, height }) => [width, height])).toEqual([
    [1025, 3],
    [513, 2],
    [257, 1],
  ]);
  expect(levels[1]?.codes[0]).toBe(105);
  expect(levels[1]?.codes.at(-1)).toBe(100);
});

it('keeps padding out of the means of a film that is made smaller', () => {
  // Behind all values is a code that would be white.
  const rows = [4096, 1000, 4096, 4096, 1000, 1000, 4096, 1000];
  const codes = new Uint16Array(1026 * 2).fill(1000);
  codes.set(rows.slice(0, 4));
  codes.set(rows.slice(4), 1026);
  const [, smaller] = pyramid({ width: 1026, height: 2, codes }, [4096, 4096]);
  expect([...(smaller?.codes.slice(0, 3) ?? [])]).toEqual([1000, 4096, 1000]);
});

it('moves the window of two linked films alike, also where one has its low values white', () => {
  const presets = allOf({ low: 500, high: 3500 });
  const [plain, inverted] = [
    film({ presets }),
    film({ presets: { ...presets, auto: { low: 595, high: 3595 } }, inverted: true }),
  ];
  const chosen = { preset: null, own: { low: -0.2, high: 0.9 }, inverted: false };
  expect(toneOf(plain, chosen).window).toEqual({ low: -100, high: 3200 });
  // Its dark end is the high one.
  expect(toneOf(inverted, chosen).window).toEqual({ low: 895, high: 4195 });
  const given: (ChosenTone | null)[] = [];
  const { result } = renderHook(() => useTone(inverted, chosen, (tone) => given.push(tone)));
  result.current.drag(0, 0, 'start');
  result.current.drag(0, 0, 'move');
  expect(given[0]?.own.low).toBeCloseTo(-0.2);
  expect(given[0]?.own.high).toBeCloseTo(0.9);
});

it('opens a film that fills little of its range automatically, others as stored', () => {
  const codes = Uint16Array.from({ length: 400 }, (_, index) => index * 10);
  const level = { width: 20, height: 20, codes };
  const grey = { slope: 1, intercept: 0, inverted: false, padding: null };
  const whole = (range: number) => ({ sent: null, stored: { low: 0, high: range - 1 } });
  const narrow = makePresets(level, { ...grey, range: 65536 }, whole(65536));
  expect(narrow.opening).toBe('auto');
  expect(narrow.presets.auto.high).toBeGreaterThan(3900);
  expect(makePresets(level, { ...grey, range: 4096 }, whole(4096)).opening).toBe('stored');
  const sent = { low: 1, high: 2 };
  expect(makePresets(level, { ...grey, range: 65536 }, { sent, stored: sent })).toMatchObject({
    opening: 'stored',
    presets: { stored: sent },
  });
});

/** Dark lungs of 100 to 180 left and right, a bright middle of 600 to 700, black around. */
function chest(x: number, y: number): number {
  const lung = y > 3 && y < 15 && ((x > 2 && x < 8) || (x > 11 && x < 17));
  const middle = x >= 9 && x <= 10;
  return lung ? 100 + 7 * y : middle ? 600 + 5 * y : 0;
}

it('takes the lungs’ window from the lungs, and burns none of their brightest part out', () => {
  const codes = Uint16Array.from({ length: 400 }, (_, at) => chest(at % 20, Math.floor(at / 20)));
  const level = { width: 20, height: 20, codes };
  const grey = { range: 1024, slope: 1, intercept: 0, inverted: false, padding: null };
  const { presets } = makePresets(level, grey, { sent: null, stored: { low: 0, high: 1023 } });
  const { lungs, mediastinum, auto } = presets;
  expect(lungs.low).toBeLessThanOrEqual(135);
  expect(lungs.high).toBeGreaterThanOrEqual(190);
  expect(lungs.high).toBeLessThan(500);
  expect(mediastinum.high).toBeGreaterThanOrEqual(680);
  for (const { low, high } of [lungs, mediastinum]) {
    expect(high - low).toBeGreaterThanOrEqual(0.6 * (auto.high - auto.low) - 1e-6);
  }
});

it('inverts two films alike without choosing a window for either', () => {
  const presets = { ...allOf({ low: 0, high: 15 }), auto: { low: 2, high: 9 } };
  const [stored, auto] = [film({ presets }), film({ presets, opening: 'auto' })];
  let chosen: ChosenTone | null = null;
  const press = () => renderHook(() => useTone(stored, chosen, (now) => (chosen = now)));
  press().result.current.invert();
  expect(toneOf(auto, chosen)).toMatchObject({ window: presets.auto, inverted: true });
  expect(toneOf(stored, chosen)).toMatchObject({ window: presets.stored, inverted: true });
  expect(press().result.current.preset).toBe('stored');
  press().result.current.invert();
  expect(toneOf(auto, chosen)).toEqual(toneOf(auto, null));
});
