import type { DataSet } from 'dicom-parser';
import { expect, it } from 'vitest';
import { readGrey } from './dicomGrey';
import type { Layout } from './dicomLayout';

const layout = { photometric: 'MONOCHROME2', stored: 12, signed: true } as Layout;

const paddingOf = (value: number, limit?: number) => {
  const shorts: Record<string, number | undefined> = { x00280120: value, x00280121: limit };
  const nothing = () => undefined;
  const dataSet = {
    elements: {},
    string: nothing,
    uint16: nothing,
    int16: (tag: string) => shorts[tag],
  };
  const { padding, range } = readGrey(dataSet as unknown as DataSet, layout);
  return [padding, range];
};

it('takes padding within the stored bits, and gives it a code of its own beyond them', () => {
  expect(paddingOf(-2048)).toEqual([[0, 0], 4096]);
  expect(paddingOf(-3000)).toEqual([[4096, 4096], 4097]);
  // A negative code would count from the end, and blacken tissue.
  expect(paddingOf(-3000, -2000)).toEqual([[0, 48], 4096]);
  expect(paddingOf(2000, 3000)).toEqual([[4048, 4095], 4096]);
});

it('takes a decimal comma in window and scale, as the service does', () => {
  const texts: Record<string, string> = {
    x00281050: '128,5\\40',
    x00281051: '256,0',
    x00281052: '-10,25',
    x00281053: '1.5',
  };
  const nothing = () => undefined;
  const dataSet = {
    elements: {},
    string: (tag: string) => texts[tag],
    uint16: nothing,
    int16: nothing,
  };
  const { window, slope, intercept } = readGrey(dataSet as unknown as DataSet, {
    ...layout,
    signed: false,
  });
  expect(window).toEqual({ low: 0.5, high: 255.5 });
  expect([slope, intercept]).toEqual([1.5, -10.25]);
  // Of two values the first is not there: no window, as there is none in the service.
  texts.x00281050 = '\\40';
  expect(readGrey(dataSet as unknown as DataSet, { ...layout, signed: false }).window).toBeNull();
});

/** What a VOI LUT of `entries` makes of the codes 0 to 4095, signed ones from -2048 on. */
const shownBy = (entries: number[], first: number, bits: number, signed: boolean) => {
  const shorts = [entries.length, first & 0xffff, bits];
  const item = {
    elements: { x00283006: { length: 2 * entries.length, dataOffset: 0 } },
    uint16: (tag: string, index: number) => (tag === 'x00283002' ? shorts : entries)[index],
  };
  const nothing = () => undefined;
  const dataSet = {
    elements: { x00283010: { items: [{ dataSet: item }] } },
    string: nothing,
    uint16: nothing,
    int16: nothing,
  };
  const { shares } = readGrey(dataSet as unknown as DataSet, { ...layout, signed });
  return Uint8Array.from(shares ?? [], (share) => Math.round(255 * share));
};
const line = (step: number) => Array.from({ length: 4096 }, (_, index) => index * step);

it('shows a table on the scale of the bits that it uses, whatever it says', () => {
  const right = Uint8Array.from(line(255 / 4095), Math.round);
  expect(shownBy(line(1), 0, 12, false)).toEqual(right);
  expect(shownBy(line(1), 0, 16, false)).toEqual(right);
  expect(shownBy(line(1), 0, 8, false)).toEqual(right);
  // One entry beyond the 12 bits that it says.
  expect(shownBy([...line(1).slice(0, -1), 65535], 0, 12, false)).toEqual(right);
});

it('reads the first input as signed where only that makes sense', () => {
  expect(shownBy(line(1), -2048, 12, true)).toEqual(shownBy(line(1), 0, 12, false));
  const shifted = shownBy(line(1), -100, 12, false);
  expect([shifted[0], shifted[3995], shifted[4095]]).toEqual([6, 255, 255]);
  expect(shownBy(line(1), 1000, 12, false)[1000]).toBe(0);
});

it.each(['x00283000', 'x00283010'])('draws no film whose table it cannot read: %s', (tag) => {
  const nothing = () => undefined;
  const read = (length: number) => {
    const dataSet = {
      elements: { [tag]: { vr: 'UN', length } },
      string: nothing,
      uint16: nothing,
      int16: nothing,
    };
    return readGrey(dataSet as unknown as DataSet, layout);
  };
  expect(() => read(40)).toThrow('lookup-table');
  expect(read(0)).toMatchObject({ modality: null, shares: null });
});
