import { expect, it } from 'vitest';
import { readDicom } from './dicom';

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

/** Words of 16 bits as a DICOM file, whose 12 stored bits end at `highBit`. */
const fileOf = (words: number[], highBit: number, syntax: string) => {
  const us = (number: number, value: number) => element(0x28, number, 'US', shorts(value));
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
    ...element(0x28, 4, 'CS', text('MONOCHROME2')),
    ...us(0x10, SIDE),
    ...us(0x11, SIDE),
    ...us(0x100, 16),
    ...us(0x101, 12),
    ...us(0x102, highBit),
    ...us(0x103, 0),
    ...tag(0x7fe0, 0x10),
    ...text(syntax === LITTLE ? 'OW' : 'OB'),
    ...shorts(0),
    ...(syntax === LITTLE ? plain : packed),
  ]);
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
