import { type DataSet, parseDicom } from 'dicom-parser';
import { expect, it } from 'vitest';
import { readGrey } from './dicomGrey';
import { readAspect } from './dicomHeader';
import type { Layout } from './dicomLayout';
import { addGroups } from './functionalGroups';

const SHARED = 0x9229;
const PER_FRAME = 0x9230;
const LAYOUT = { photometric: 'MONOCHROME2', stored: 12, signed: false } as Layout;

const shorts = (...values: number[]) => values.flatMap((value) => [value & 255, value >> 8]);
const text = (value: string) =>
  [...(value.length % 2 ? `${value} ` : value)].map((letter) => letter.charCodeAt(0));
const ds = (number: number, value: string) => {
  const bytes = text(value);
  return [...shorts(0x28, number), ...text('DS'), ...shorts(bytes.length), ...bytes];
};
/** A sequence of one item. */
const sequence = (group: number, number: number, inner: number[]) => {
  const item = [...shorts(0xfffe, 0xe000, inner.length, 0), ...inner];
  return [...shorts(group, number), ...text('SQ'), ...shorts(0, item.length, 0), ...item];
};
const groups = (number: number, macro: number, inner: number[]) =>
  sequence(0x5200, number, sequence(0x28, macro, inner));

const sopClass = (end: string) => {
  const uid = text(`1.2.840.10008.5.1.4.1.1.${end}`.padEnd(28, '\0'));
  return [...shorts(8, 0x16), ...text('UI'), ...shorts(uid.length), ...uid];
};
const read = (...parts: number[][]): DataSet => readOf('7.3', ...parts);
const readOf = (end: string, ...parts: number[][]): DataSet => {
  const meta = [
    ...shorts(2, 0x10),
    ...text('UI'),
    ...shorts(20),
    ...text('1.2.840.10008.1.2.1'.padEnd(20, '\0')),
  ];
  const length = [...shorts(2, 0), ...text('UL'), ...shorts(4, meta.length, 0)];
  const head = [...Array<number>(128).fill(0), ...text('DICM'), ...length, ...meta];
  const dataSet = parseDicom(Uint8Array.from([...head, ...sopClass(end), ...parts.flat()]));
  addGroups(dataSet);
  return dataSet;
};
const windowOf = (dataSet: DataSet) => readGrey(dataSet, LAYOUT).window;

const WINDOW = [...ds(0x1050, '2400'), ...ds(0x1051, '1200')];
const OTHER = [...ds(0x1050, '900'), ...ds(0x1051, '300')];

it.each([SHARED, PER_FRAME])('reads what groups say of the frame (%d)', (group) => {
  expect(windowOf(read(groups(group, 0x9132, WINDOW)))).toEqual(windowOf(read(WINDOW)));
  expect(windowOf(read(WINDOW))).toEqual({ low: 1800, high: 2999 });
  expect(readAspect(read(groups(group, 0x9110, ds(0x30, '0.4\\0.2'))))).toBe(2);
  const rescaled = readGrey(read(groups(group, 0x9145, ds(0x1053, '-2'))), LAYOUT);
  expect(rescaled.slope).toBe(-2);
});

it('takes what the film says itself before them, and of all frames before one', () => {
  const shared = groups(SHARED, 0x9132, WINDOW);
  expect(windowOf(read(OTHER, shared))).toEqual(windowOf(read(OTHER)));
  const both = read(shared, groups(PER_FRAME, 0x9132, OTHER));
  expect(windowOf(both)).toEqual(windowOf(read(WINDOW)));
});

it.each(['1', '1.1', '7'])('does not read groups of a class that has none (%s)', (end) => {
  expect(windowOf(readOf(end, groups(SHARED, 0x9132, WINDOW)))).toEqual(windowOf(readOf(end)));
});
