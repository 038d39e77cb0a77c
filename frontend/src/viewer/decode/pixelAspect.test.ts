import { expect, it } from 'vitest';
import { densityAspect, jpegAspect, pngAspect, spacingAspect, squared } from './pixelAspect';

it('takes nearly square pixels for square, and refuses what no picture has', () => {
  expect(spacingAspect(0.2, 0.2)).toBe(1);
  expect(densityAspect(300, 299)).toBe(1);
  expect(densityAspect(204, 102)).toBe(2);
  expect(densityAspect(0, 72)).toBe(1);
  expect(() => spacingAspect(9, 1)).toThrow('pixel-aspect');
});

it('adds rows where pixels are tall, and columns where they are wide', () => {
  const level = { width: 2, height: 2, codes: Uint8Array.of(0, 100, 200, 100) };
  const tall = squared(level, 2, 100);
  expect([tall.width, tall.height]).toEqual([2, 4]);
  expect([...tall.codes]).toEqual([0, 100, 50, 100, 150, 100, 200, 100]);
  const wide = squared(level, 0.5, 100);
  expect([wide.width, wide.height]).toEqual([4, 2]);
  // Over the limit, the other side gives way.
  expect(squared(level, 2, 4)).toMatchObject({ width: 1, height: 2 });
  expect(squared(level, 1, 4)).toBe(level);
});

const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer);
const text = (word: string) => [...word].map((letter) => letter.charCodeAt(0));

it('mixes no padding with tissue where it squares pixels', () => {
  const level = { width: 1, height: 2, codes: Uint16Array.of(4096, 1000) };
  expect([...squared(level, 2, 100, [4096, 4096]).codes]).toEqual([4096, 4096, 1000, 1000]);
});

it.each([
  [[300, 150], true],
  [[300, 300], false],
  [[300, 0], false],
])(
  'leaves a JPEG to the service whose EXIF alone says %o dots',
  ([across = 0, down = 0], refused) => {
    const [head, entries, values] = [8, 2, 8 + 2 + 2 * 12 + 4];
    const short = (value: number) => [value & 255, value >> 8];
    const long = (value: number) => [...short(value & 0xffff), ...short(value >> 16)];
    const entry = (tag: number, at: number) => [
      ...short(tag),
      ...short(5),
      ...long(1),
      ...long(at),
    ];
    const tiff = [
      ...[0x49, 0x49, 42, 0, ...long(head), ...short(entries)],
      ...entry(282, values),
      ...entry(283, values + 8),
      ...long(0),
      ...[across, 1, down, 1].flatMap(long),
    ];
    const segment = [...text('Exif'), 0, 0, ...tiff];
    const exif = [0xff, 0xe1, 0, segment.length + 2, ...segment];
    const scan = [0xff, 0xda, ...Array<number>(16).fill(0)];
    const read = () => jpegAspect(view(0xff, 0xd8, ...exif, ...scan));
    if (refused) {
      expect(read).toThrow('exif');
    } else {
      expect(read()).toBe(1);
    }
  },
);

it('reads a PNG’s pHYs and a JPEG’s JFIF', () => {
  const phys = [0, 0, 0, 9, ...text('pHYs'), 0, 0, 0, 200, 0, 0, 0, 100, 1, 0, 0, 0, 0];
  expect(pngAspect(view(...Array<number>(8).fill(0), ...phys))).toBe(2);
  const start = Array<number>(8).fill(0);
  const pixels = [0, 0, 0, 0, ...text('IDAT'), 0, 0, 0, 0];
  expect(pngAspect(view(...start, ...pixels, ...phys))).toBe(1);
  const jfif = [0xff, 0xe0, 0, 16, ...text('JFIF'), 0, 1, 1, 0, 0, 1, 0, 2, 0, 0];
  const scan = [0xff, 0xda, ...Array<number>(16).fill(0)];
  // Two dots down for one across: pixels half as high as wide.
  expect(jpegAspect(view(0xff, 0xd8, ...jfif, ...scan))).toBe(0.5);
  const exif = [0xff, 0xe1, 0, 8, ...text('Exif'), 0, 0];
  expect(() => jpegAspect(view(0xff, 0xd8, ...jfif, ...exif, ...scan))).toThrow('exif');
});

it('leaves a JPEG to the service that is turned by what browsers do not read', () => {
  const turnedBy = (kind: number) => {
    const entry = [1, 18, 0, kind, 0, 0, 0, 1, ...(kind === 3 ? [0, 6, 0, 0] : [0, 0, 0, 6])];
    const tiff = [...text('MM'), 0, 42, 0, 0, 0, 8, 0, 1, ...entry, 0, 0, 0, 0];
    return [0xff, 0xe1, 0, tiff.length + 8, ...text('Exif'), 0, 0, ...tiff];
  };
  const scan = [0xff, 0xda, ...Array<number>(16).fill(0)];
  expect(jpegAspect(view(0xff, 0xd8, ...turnedBy(3), ...scan))).toBe(1);
  expect(() => jpegAspect(view(0xff, 0xd8, ...turnedBy(4), ...scan))).toThrow('exif');
});
