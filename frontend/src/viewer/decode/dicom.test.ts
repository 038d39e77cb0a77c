import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { greyPixels } from '../windowing';
import { readDicom } from './dicom';
import { repairedPng } from './repairPixels';

const SIDE = 8;
const LITTLE = '1.2.840.10008.1.2.1';
const RUN_LENGTHS = '1.2.840.10008.1.2.5';
const UNDEFINED = 0xffffffff;

const shorts = (...values: number[]) => values.flatMap((value) => [value & 255, value >> 8]);
const longs = (...values: number[]) => values.flatMap((v) => shorts(v & 0xffff, v >>> 16));
const text = (value: string, fill = ' ') =>
  [...(value.length % 2 ? value + fill : value)].map((letter) => letter.charCodeAt(0));
const tag = (group: number, element: number) => shorts(group, element);
const item = (bytes: number[]) => [...tag(0xfffe, 0xe000), ...longs(bytes.length), ...bytes];

const element = (group: number, number: number, vr: string, value: number[]) => [
  ...tag(group, number),
  ...text(vr),
  ...shorts(value.length),
  ...value,
];

const us = (number: number, value: number) => element(0x28, number, 'US', shorts(value));

interface More {
  photometric?: string;
  signed?: boolean;
  /** What follows Pixel Representation. */
  elements?: number[];
}

/** Words of 16 bits as a DICOM file, whose 12 stored bits end at `highBit`. */
const fileOf = (
  words: number[],
  highBit: number,
  syntax: string,
  { photometric = 'MONOCHROME2', signed = false, elements = [] }: More = {},
) => {
  const plain = [...longs(2 * words.length), ...words.flatMap((word) => shorts(word))];
  // PS3.5 annex G, each byte of a word as one literal run.
  const [high, low] = [words.map((word) => word >> 8), words.map((word) => word & 255)];
  const count = words.length - 1;
  const segments = [count, ...high, 0x80, count, ...low, 0x80];
  const header = longs(2, 64, 64 + words.length + 2, ...Array<number>(13).fill(0));
  const packed = [
    ...longs(UNDEFINED),
    ...item([]),
    ...item([...header, ...segments]),
    ...tag(0xfffe, 0xe0dd),
    ...longs(0),
  ];
  const meta = element(2, 0x10, 'UI', text(syntax, '\0'));
  return Uint8Array.from([
    ...Array<number>(128).fill(0),
    ...text('DICM'),
    ...element(2, 0, 'UL', longs(meta.length)),
    ...meta,
    ...us(2, 1),
    ...element(0x28, 4, 'CS', text(photometric)),
    ...us(0x10, SIDE),
    ...us(0x11, SIDE),
    ...us(0x100, 16),
    ...us(0x101, 12),
    ...us(0x102, highBit),
    ...us(0x103, Number(signed)),
    ...elements,
    ...tag(0x7fe0, 0x10),
    ...text(syntax === LITTLE ? 'OW' : 'OB'),
    ...shorts(0),
    ...(syntax === LITTLE ? plain : packed),
  ]);
};

/** A sequence of one lookup table that changes nothing. */
const lookUp = (number: number) => {
  const entries = Array.from({ length: 4096 }, (_value, index) => index);
  const lut = item([
    ...element(0x28, 0x3002, 'US', shorts(entries.length, 0, 12)),
    ...element(0x28, 0x3006, 'US', shorts(...entries)),
  ]);
  return [...tag(0x28, number), ...text('SQ'), ...shorts(0), ...longs(lut.length), ...lut];
};

const VALUES = Array.from({ length: SIDE * SIDE }, (_, index) => index * 65);

it.each([LITTLE, RUN_LENGTHS])(
  'reads stored bits that lie high in their words (%s)',
  async (syntax) => {
    const codes = async (words: number[], highBit: number) => {
      const film = await readDicom(fileOf(words, highBit, syntax), 1e6);
      return [...(film.levels[0]?.codes ?? [])];
    };
    expect(await codes(VALUES, 11)).toEqual(VALUES);
    const high = VALUES.map((value) => (value << 4) | 5);
    expect(await codes(high, 15)).toEqual(VALUES);
  },
);

describe('padding', () => {
  /** The first row is padding. */
  const padded = (word: number, values: number[] = VALUES) =>
    values.map((value, index) => (index < SIDE ? word : value));
  const shown = async (words: number[], more: More) => {
    const film = await readDicom(fileOf(words, 11, LITTLE, more), 1e6);
    const window = film.presets[film.opening];
    const pixels = greyPixels(film, { window, asStored: true, inverted: false });
    const greys = Array.from(film.levels[0].codes, (code) => (pixels[code] ?? 0) & 255);
    return { film, padding: greys.slice(0, SIDE), last: greys.at(-1) };
  };
  const black = Array<number>(SIDE).fill(0);
  const paddingValue = us(0x120, 0xffff);

  it.each(['MONOCHROME2', 'MONOCHROME1'])(
    'that needs more bits than are stored is black (%s)',
    async (photometric) => {
      const more = { photometric, elements: paddingValue };
      const { film, padding } = await shown(padded(0xffff), more);
      expect(padding).toEqual(black);
      expect(film.presets.full).toEqual({ low: 0, high: 4095 });
      expect(film.presets.lungs.high).toBeLessThan(4095);
      const png = decode(repairedPng(film, { turned: 0, inverted: true }));
      expect([...png.data.slice(0, SIDE)]).toEqual(black);
    },
  );

  it('leaves white as it is', async () => {
    const white = VALUES.map((value, index) => (index === VALUES.length - 1 ? 4095 : value));
    const { film, padding, last } = await shown(padded(0xffff, white), { elements: paddingValue });
    expect([padding, last]).toEqual([black, 255]);
    expect(film.levels[0].codes.at(-1)).toBe(4095);
  });

  it('is told from a signed value by its whole word', async () => {
    // Of its 12 bits none is set: the value would be 0.
    const more = { signed: true, elements: us(0x120, 0x8000) };
    const { film, padding } = await shown(padded(0x8000), more);
    expect(padding).toEqual(black);
    expect(film.levels[0].codes[SIDE]).toBe(SIDE * 65 + 2048);
  });

  it.each([
    ['beyond the stored bits', 0xffff, 0xffff],
    ['among the stored bits', 4095, 4095],
  ])('is known where a table makes other values of it: %s', async (_, word, value) => {
    const { film, padding } = await shown(padded(word), {
      elements: [...us(0x120, value), ...lookUp(0x3000)],
    });
    expect(padding).toEqual(black);
    expect(film.presets.full).toEqual({ low: 0, high: 4095 });
  });
});

describe('Presentation LUT Shape', () => {
  const shaped = async (photometric: string, shape: string) => {
    const elements = element(0x2050, 0x20, 'CS', text(shape));
    return (await readDicom(fileOf(VALUES, 11, LITTLE, { photometric, elements }), 1e6)).inverted;
  };

  it.each([
    ['MONOCHROME1', 'IDENTITY', false],
    ['MONOCHROME2', 'INVERSE', true],
    ['MONOCHROME1', 'LIN OD', true],
    ['MONOCHROME2', '', false],
  ])('says last what is white: %s, %s', async (photometric, shape, inverted) => {
    expect(await shaped(photometric, shape)).toBe(inverted);
  });
});

it.each([LITTLE, RUN_LENGTHS])('draws no words that wrap round (%s)', async (syntax) => {
  const signed = (high: number) =>
    VALUES.map((_, index) => (index === 0 ? 0xfe0c : index === 1 ? high : index));
  const read = (words: number[], more: More) => readDicom(fileOf(words, 11, syntax, more), 1e6);
  await expect(read(signed(3500), { signed: true })).rejects.toThrow('more-bits');
  const film = await read(signed(2040), { signed: true });
  expect([...film.levels[0].codes.slice(0, 3)]).toEqual([1548, 4088, 2050]);
  await expect(read(signed(100), {})).rejects.toThrow('more-bits');
});

it('says that it cannot draw packed values', async () => {
  const elements = [...us(0x100, 12)];
  await expect(readDicom(fileOf(VALUES, 11, LITTLE, { elements }), 1e6)).rejects.toThrow(
    'bits-allocated',
  );
});

it('shows by its table what a film uses of it, without the island in it', async () => {
  const words = VALUES.map((_, index) => (index < SIDE ? 0 : 400 + 8 * index));
  const film = await readDicom(fileOf(words, 11, LITTLE, { elements: lookUp(0x3010) }), 1e6);
  expect([0, 400 + 8 * 63, 4095].map((code) => film.table?.[code])).toEqual([0, 127, 255]);
});
