import { encode } from 'fast-png';
import { expect, it } from 'vitest';
import { seen, seenPower } from './pngGamma';
import { readDeepPng } from './raster';

const chunk = (kind: string, payload: number[]) => [
  ...[0, 0, 0, payload.length],
  ...[...kind].map((letter) => letter.charCodeAt(0)),
  ...payload,
  // A checksum.
  ...[0, 0, 0, 0],
];
const gama = (hundredThousandths: number) =>
  chunk(
    'gAMA',
    [24, 16, 8, 0].map((shift) => (hundredThousandths >> shift) & 255),
  );
const PNG = encode({
  width: 2,
  height: 1,
  data: new Uint16Array([16384, 65535]),
  depth: 16,
  channels: 1,
});
/** With chunks behind the header, or so many bytes further on. */
const pngWith = (chunks: number[], at = 33) =>
  Uint8Array.from([...PNG.subarray(0, at), ...chunks, ...PNG.subarray(at)]);
const powerOf = (chunks: number[], at?: number) =>
  seenPower(new DataView(pngWith(chunks, at).buffer));

it.each([
  ['light as it was measured', gama(100_000), 1 / 2.2],
  ['the usual one', gama(45_455), 1],
  ['nearly the usual one', gama(47_000), 1],
  ['none that can be', gama(0), 1],
  ['nothing', [], 1],
  ['sRGB as well', [...gama(100_000), ...chunk('sRGB', [0])], 1],
  ['a profile as well', [...chunk('iCCP', [1]), ...gama(100_000)], 1],
  ['two of them', [...gama(100_000), ...gama(20_000)], 1 / 2.2],
])('reads what a PNG says of its samples: %s', (_, chunks, power) => {
  expect(powerOf(chunks)).toBeCloseTo(power, 4);
});

it('passes over what stands behind the pixels', () => {
  expect(powerOf(gama(100_000), PNG.length - 12)).toBe(1);
});

it('shows samples as they are to be seen, and opacity as it is', () => {
  expect(Array.from(seen([64, 128, 255, 128], 4, 255, 1 / 2.2))).toEqual([136, 186, 255, 128]);
  expect(Array.from(seen([64, 128], 2, 255, 1 / 2.2))).toEqual([136, 128]);
  expect(Array.from(seen([64, 128, 0], 3, 255, 1 / 2.2))).toEqual([136, 186, 0]);
});

it('shows a PNG of 16 bits so', () => {
  const shown = Math.round(65535 * (16384 / 65535) ** (1 / 2.2));
  const { codes } = readDeepPng(pngWith(gama(100_000)));
  expect(codes[1]).toBe(65535);
  expect(Math.abs((codes[0] ?? 0) - shown)).toBeLessThan(5);
});
