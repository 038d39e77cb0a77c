import type { DataSet } from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { readOverlayBits, refuseMuchAbove, refuseWrapped, signExtended } from './dicomBits';

const none = (_: number) => false;
const words = (...values: number[]) => Uint16Array.from(values);
const read = (values: Uint16Array, signed: boolean, isPadding = none, overlayBits = 0) => {
  const about = { values, wide: true, down: 0, overlayBits };
  refuseWrapped(about, { stored: 12, signed }, isPadding);
};
const WRAPS = 'more-bits-than-are-stored';

describe('words of 16 bits, 12 of them stored', () => {
  it('are refused where a positive one needs the sign bit that others extend', () => {
    expect(() => read(words(-500, 0, 3500), true)).toThrow(WRAPS);
    expect(() => read(words(-500, 0, 5000), true)).toThrow(WRAPS);
    read(words(-500, 0, 2040), true);
    // None extends its sign, as the standard allows.
    read(words(-500 & 0xfff, 0, 2040), true);
  });

  it('are refused where they would wrap round', () => {
    expect(() => read(words(0, 100, 5000), false)).toThrow(WRAPS);
    read(words(0, 100, 4095, 0xffff), false);
    // A bit that all of them have.
    read(words(0x8000, 0x8064), false);
    read(words(0, 100, 0x8064), false, none, 0x8000);
  });

  it('may be padding, which says nothing of the film', () => {
    const isPadding = (word: number) => word === 0xf830;
    const masked = words(-2000, -1000 & 0xfff, 2000);
    expect(() => read(masked, true)).toThrow(WRAPS);
    read(masked, true, isPadding);
  });
});

it('refuses a stream of which more than a hundredth lies above the stored bits', () => {
  const stream = (above: number) =>
    Uint16Array.from({ length: 1000 }, (_, at) => (at < above ? 5000 : at));
  refuseMuchAbove(stream(10), { stored: 12 }, none);
  expect(() => refuseMuchAbove(stream(11), { stored: 12 }, none)).toThrow(WRAPS);
});

it('knows the bits of retired overlays', () => {
  const shorts: Record<string, number> = { x60000100: 16, x60000102: 15, x60020100: 1 };
  const dataSet = { uint16: (tag: string) => shorts[tag] };
  expect(readOverlayBits(dataSet as unknown as DataSet)).toBe(0x8000);
});

it('extends the sign of a stream from its own bits', () => {
  const extended = [...signExtended([0x800, 0x7ff, 0xf800], 12)];
  expect(extended).toEqual([0xf800, 0x7ff, 0xf800]);
});
