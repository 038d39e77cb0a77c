import { encode } from 'fast-png';
import { beforeEach, expect, it, vi } from 'vitest';
import { hasUnseenExif, readDeepPng, readTiff } from './raster';

const decodeTiff = vi.hoisted(() => vi.fn());
vi.mock('tiff', () => ({ decode: decodeTiff }));

beforeEach(() => {
  decodeTiff.mockReset();
});

it('leaves a PNG that may be turned to the service', () => {
  const png = encode({
    width: 2,
    height: 1,
    data: new Uint16Array([7, 65535]),
    depth: 16,
    channels: 1,
  });
  expect([...readDeepPng(png).codes]).toEqual([7, 65535]);
  // Length 2, the kind, two bytes and a checksum, behind the header.
  const exif = [0, 0, 0, 2, 0x65, 0x58, 0x49, 0x66, 0x4d, 0x4d, 0, 0, 0, 0];
  const marked = Uint8Array.from([...png.subarray(0, 33), ...exif, ...png.subarray(33)]);
  expect(() => readDeepPng(marked)).toThrow('exif');
  expect(hasUnseenExif(marked)).toBe(false);
  const name = [0, 0, 0, 6, 0x65, 0x58, 0x49, 0x66, 0x45, 0x78, 0x69, 0x66, 0, 0, 0, 0, 0, 0];
  const named = Uint8Array.from([...png.subarray(0, 33), ...name, ...png.subarray(33)]);
  expect(hasUnseenExif(named)).toBe(true);
});

it.each([
  ['one SHORT', 3, 1, 3, false, false],
  ['one SHORT behind the pixels', 3, 1, 3, true, true],
  ['upright behind the pixels', 3, 1, 1, true, false],
  ['a LONG', 4, 1, 3, false, true],
  ['two SHORTs', 3, 2, 3, false, true],
])('knows what browsers do not see of a PNG: %s', (_, kind, count, turn, isBehind, unseen) => {
  const entry = [18, 1, kind, 0, count, 0, 0, 0, turn, 0, 0, 0];
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, ...entry, 0, 0, 0, 0];
  const exif = [0, 0, 0, tiff.length, 0x65, 0x58, 0x49, 0x66, ...tiff, 0, 0, 0, 0];
  const png = encode({ width: 1, height: 1, data: Uint8Array.of(7), depth: 8, channels: 1 });
  const at = isBehind ? png.length - 12 : 33;
  const marked = Uint8Array.from([...png.subarray(0, at), ...exif, ...png.subarray(at)]);
  expect(hasUnseenExif(marked)).toBe(unseen);
});

it.each([
  [{ tiled: true, samplesPerPixel: 3, predictor: 1 }, false],
  [{ tiled: true, samplesPerPixel: 1, predictor: 2 }, false],
  [{ tiled: true, samplesPerPixel: 1, predictor: 1 }, true],
  [{ tiled: false, samplesPerPixel: 1, predictor: 2 }, true],
  [{ tiled: false, samplesPerPixel: 3, predictor: 1, fields: new Map([[284, 2]]) }, false],
  [{ samplesPerPixel: 2, type: 0, extraSamples: [2] }, false],
  [{ samplesPerPixel: 1, type: 0 }, true],
  [{ samplesPerPixel: 4, type: 2 }, false],
  [{ samplesPerPixel: 2, type: 1 }, false],
  [{ samplesPerPixel: 1, predictor: 2, compression: 1 }, false],
  [{ samplesPerPixel: 1, predictor: 2, compression: 5 }, true],
  [{ samplesPerPixel: 1, fillOrder: 2 }, false],
])('shows a TIFF that is %o: %s', (kind, shown) => {
  const data = Uint8Array.of(1);
  const about = { bitsPerSample: 8, sampleFormat: 1, fields: new Map() };
  const page = { ...about, ...kind, width: 1, height: 1, data };
  decodeTiff.mockReturnValue([page]);
  const read = () => readTiff(new Uint8Array(), 100);
  if (shown) {
    expect([...read().codes]).toEqual([1]);
  } else {
    expect(read).toThrow('tiff-of-another-kind');
  }
});

it.each([
  [[0], 90],
  [[1], 18],
  [[2], 18],
])('takes a further sample for transparency only where it says so: %j', (extraSamples, grey) => {
  const size = { width: 1, height: 1, bitsPerSample: 8, sampleFormat: 1 };
  const data = Uint8Array.of(90, 51);
  const fields = new Map([
    [282, 204],
    [283, 102],
  ]);
  decodeTiff.mockReturnValue([{ ...size, samplesPerPixel: 2, extraSamples, data, fields }]);
  const { codes, aspect } = readTiff(new Uint8Array(), 100);
  expect([...codes]).toEqual([grey]);
  expect(aspect).toBe(2);
});

it('keeps the 16 bits of colour', () => {
  const data = new Uint16Array([1000, 1000, 1000, 0, 65535, 0]);
  const png = encode({ width: 2, height: 1, data, depth: 16, channels: 3 });
  expect([...readDeepPng(png).codes]).toEqual([1000, 38469]);
});
