import type { DataSet } from 'dicom-parser';
import { expect, it, vi } from 'vitest';
import type { Layout } from './dicomLayout';
import { readSamples } from './dicomPixels';

const [readByBrowser, decodeJpeg2000, decodeJpegLs] = vi.hoisted(() => [vi.fn(), vi.fn(), vi.fn()]);
vi.mock('./codecs', () => ({ decodeJpeg2000, decodeJpegLs }));
vi.mock('./raster', () => ({ readByBrowser }));
vi.mock('./jpegInDicom', () => ({ jpegForBrowser: () => new Blob() }));
vi.mock('dicom-parser', () => ({
  readEncapsulatedPixelDataFromFragments: () => new Uint8Array(),
}));

const layoutOf = (more: Partial<Layout> = {}): Layout => ({
  rows: 1,
  columns: 2,
  samples: 1,
  allocated: 8,
  stored: 8,
  highBit: 7,
  signed: false,
  planar: false,
  photometric: 'MONOCHROME2',
  ...more,
});

/** Of a stream in the transfer syntax that ends so. */
const read = (syntax: string, more: Partial<Layout> = {}) => {
  const dataSet = {
    string: () => `1.2.840.10008.1.2.4.${syntax}`,
    elements: { x7fe00010: {} },
  };
  return readSamples(dataSet as unknown as DataSet, layoutOf(more));
};

it('takes no JPEG of another shape than the object says', async () => {
  const codes = Uint8Array.of(3, 4);
  readByBrowser.mockResolvedValue({ codes, width: 2, height: 1 });
  expect((await read('50')).values).toBe(codes);
  readByBrowser.mockResolvedValue({ codes, width: 1, height: 2 });
  await expect(read('50')).rejects.toThrow('damaged');
});

it('draws no signed stream of 8 bits, whose negative values are lost', async () => {
  const values = Uint8Array.of(0, 5);
  const layout = { signed: true };
  decodeJpeg2000.mockResolvedValue({ values, precision: 8, signed: true });
  await expect(read('90', layout)).rejects.toThrow('negative');
  await expect(read('90')).rejects.toThrow('negative');
  decodeJpeg2000.mockResolvedValue({ values, precision: 8, signed: false });
  expect(Array.from((await read('90', layout)).values)).toEqual([0, 5]);
  decodeJpeg2000.mockResolvedValue({
    values: Uint16Array.of(0xffb, 5),
    precision: 12,
    signed: true,
  });
  expect(Array.from((await read('90', layout)).values)).toEqual([0xfffb, 5]);
});

it('reads colours that a stream has in planes', async () => {
  const decoded = { values: Uint8Array.of(1, 2, 3, 4, 5, 6), precision: 8, signed: false };
  const values = async () => Array.from((await read('80', { samples: 3 })).values);
  decodeJpegLs.mockResolvedValue({ ...decoded, planar: true });
  expect(await values()).toEqual([1, 3, 5, 2, 4, 6]);
  decodeJpegLs.mockResolvedValue({ ...decoded, planar: false });
  expect(await values()).toEqual([1, 2, 3, 4, 5, 6]);
});

it.each([
  ['OW', 8, [2, 1, 4, 3]],
  ['OB', 8, [1, 2, 3, 4]],
  ['OW', 16, [0x102, 0x304]],
])('swaps bytes that are written big endian as words: %s, %i', async (vr, allocated, values) => {
  const dataSet = {
    string: () => '1.2.840.10008.1.2.2',
    elements: { x7fe00010: { vr, dataOffset: 0, length: 4 } },
    byteArray: Uint8Array.of(1, 2, 3, 4),
  };
  const layout = layoutOf({ columns: values.length, allocated });
  const samples = await readSamples(dataSet as unknown as DataSet, layout);
  expect(Array.from(samples.values)).toEqual(values);
});
