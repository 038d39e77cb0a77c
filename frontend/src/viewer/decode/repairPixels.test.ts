import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { Repair } from '../../lib/study';
import type { Film } from './film';
import { repairedPng } from './repairPixels';

/** 0 1 2 over 3 4 5, of eight codes. */
const film: Film = {
  levels: [{ width: 3, height: 2, codes: Uint8Array.of(0, 1, 2, 3, 4, 5) }],
  range: 8,
  slope: 1,
  intercept: 0,
  inverted: false,
  padding: null,
  table: null,
  presets: Object.fromEntries(
    ['stored', 'auto', 'full', 'lungs', 'mediastinum'].map((name) => [name, { low: 0, high: 7 }]),
  ) as Film['presets'],
  opening: 'stored',
  spacing: null,
  header: null,
};

function repaired(repair: Partial<Repair>, changes: Partial<Film> = {}) {
  const png = decode(
    repairedPng({ ...film, ...changes }, { turned: 0, inverted: false, ...repair }),
  );
  const codes = Array.from(png.data, (grey) => Math.round((7 * grey) / 65_535));
  return { width: png.width, height: png.height, depth: png.depth, codes };
}

describe('a repaired picture', () => {
  it.each([
    [0, [0, 1, 2, 3, 4, 5]],
    [90, [3, 0, 4, 1, 5, 2]],
    [180, [5, 4, 3, 2, 1, 0]],
    [270, [2, 5, 1, 4, 0, 3]],
  ] as const)('is turned clockwise by %i degrees', (turned, codes) => {
    const size = turned % 180 === 0 ? { width: 3, height: 2 } : { width: 2, height: 3 };
    expect(repaired({ turned })).toEqual({ ...size, depth: 16, codes });
  });

  it('is inverted, once, also where low values are white', () => {
    expect(repaired({ inverted: true }).codes).toEqual([7, 6, 5, 4, 3, 2]);
    expect(repaired({ inverted: true }, { inverted: true }).codes).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('shows no tissue where there is none', () => {
    expect(repaired({ inverted: true }, { padding: [0, 1] }).codes).toEqual([0, 0, 5, 4, 3, 2]);
  });
});
