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
    floatString: nothing,
    uint16: nothing,
    int16: (tag: string) => shorts[tag],
  };
  return readGrey(dataSet as unknown as DataSet, layout).padding;
};

it('takes padding within the stored bits, and none beyond them', () => {
  expect(paddingOf(-2048)).toEqual([0, 0]);
  expect(paddingOf(-3000)).toBeNull();
  // A negative code would count from the end, and blacken tissue.
  expect(paddingOf(-3000, -2000)).toEqual([0, 48]);
  expect(paddingOf(2000, 3000)).toEqual([4048, 4095]);
});
