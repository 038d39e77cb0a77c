import type { DataSet } from 'dicom-parser';
import { expect, it } from 'vitest';
import { numberOf, numbersOf } from './dicomNumbers';

const saying = (text?: string) => ({ string: () => text }) as unknown as DataSet;

it.each([
  ['127,5', 127.5],
  ['0,125', 0.125],
  ['127,50', 127.5],
  ['2000', 2000],
  ['-1.5e3 ', -1500],
  ['1000,125', 1000.125],
])('takes a decimal comma: %s', (text, value) => {
  expect(numberOf(saying(text), '')).toBe(value);
});

it.each(['2,000', '-1,024', '+20,480', '1,2,3', 'a', '0x10', '1e999'])('refuses %s', (text) => {
  expect(() => numberOf(saying(text), '')).toThrow('no-number');
  expect(numbersOf(saying(`0,5\\${text}`), '').map((value) => Number.isFinite(value))).toEqual([
    true,
    false,
  ]);
});

it('knows what is not said', () => {
  for (const text of [undefined, '', ' ', '\\40']) {
    expect(numberOf(saying(text), '')).toBeNull();
  }
});
