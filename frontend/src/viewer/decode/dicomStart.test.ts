import { describe, expect, it } from 'vitest';
import { readDicom } from './dicom';
import { headerOf, parsed, readHeader } from './dicomHeader';
import { isDicom, startOfDataSet } from './dicomStart';

const SIDE = 2;
const PIXELS = [0, 50, 100, 150];

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
type Encoding = 'implicit' | 'explicit' | 'big-endian';

function writer(encoding: Encoding) {
  const little = encoding !== 'big-endian';
  const bytes = (size: number, set: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    set(view);
    return [...new Uint8Array(view.buffer)];
  };
  const short = (value: number) => bytes(2, (view) => view.setUint16(0, value, little));
  const long = (value: number) => bytes(4, (view) => view.setUint32(0, value, little));
  const element = (group: number, number: number, vr: string, value: number[]) => {
    const even = value.length % 2 ? [...value, 32] : value;
    const length =
      encoding === 'implicit'
        ? long(even.length)
        : vr.startsWith('O')
          ? [...ascii(vr), 0, 0, ...long(even.length)]
          : [...ascii(vr), ...short(even.length)];
    return [...short(group), ...short(number), ...length, ...even];
  };
  return { element, short };
}

/** A film of four pixels as it lies in a file that is nothing but its data set. */
function bare(encoding: Encoding, before: (of: ReturnType<typeof writer>) => number[] = () => []) {
  const of = writer(encoding);
  const us = (number: number, value: number) => of.element(0x28, number, 'US', of.short(value));
  return [
    ...of.element(8, 0x16, 'UI', ascii('1.2.840.10008.5.1.4.1.1.1\0')),
    ...of.element(8, 0x18, 'UI', ascii('1.2.3')),
    ...of.element(8, 0x22, 'DA', ascii('20200305')),
    ...before(of),
    ...of.element(0x10, 0x10, 'PN', ascii('Aa^A')),
    ...of.element(0x10, 0x20, 'LO', ascii('P1')),
    ...of.element(0x18, 0x5101, 'CS', ascii('AP')),
    ...us(2, 1),
    ...of.element(0x28, 4, 'CS', ascii('MONOCHROME2')),
    ...us(0x10, SIDE),
    ...us(0x11, SIDE),
    ...us(0x100, 16),
    ...us(0x101, 8),
    ...us(0x102, 7),
    ...us(0x103, 0),
    ...of.element(0x7fe0, 0x10, 'OW', PIXELS.flatMap(of.short)),
  ];
}

const meta = (syntax: string) => writer('explicit').element(2, 0x10, 'UI', ascii(`${syntax}\0`));
const IMPLICIT = meta('1.2.840.10008.1.2');
const EXPLICIT = meta('1.2.840.10008.1.2.1');
const PREAMBLE = [...Array<number>(128).fill(0), ...ascii('DICM')];
const told = { patientName: 'Aa, A', patientId: 'P1', viewPosition: 'AP', filmDate: '20200305' };

describe('a DICOM file', () => {
  it.each<[string, number[]]>([
    ['with preamble', [...PREAMBLE, ...EXPLICIT, ...bare('explicit')]],
    [
      'with preamble, written otherwise than it says',
      [...PREAMBLE, ...EXPLICIT, ...bare('implicit')],
    ],
    ['that does not say how it is written', [...PREAMBLE, ...bare('implicit')]],
    ['with its prefix alone', [...ascii('DICM'), ...IMPLICIT, ...bare('implicit')]],
    ['with its meta information alone', [...EXPLICIT, ...bare('explicit')]],
    ['without either, implicit', bare('implicit')],
    ['without either, explicit', bare('explicit')],
    ['without either, big endian', bare('big-endian')],
  ])('%s is read, as the service reads it', async (_, content) => {
    const bytes = Uint8Array.from(content);
    expect(isDicom(bytes)).toBe(true);
    expect(await headerOf(new Blob([bytes]))).toMatchObject(told);
    const film = await readDicom(bytes, 1e6);
    expect(film.header).toMatchObject({ ...told, rows: SIDE, columns: SIDE });
    expect([...film.levels[0].codes]).toEqual(PIXELS);
  });

  it('that is compressed keeps what it says of that', () => {
    const bytes = Uint8Array.from([...meta('1.2.840.10008.1.2.4.70'), ...bare('explicit')]);
    expect(startOfDataSet(bytes).syntax).toBe('1.2.840.10008.1.2.4.70');
    expect(readHeader(parsed(bytes)).transferSyntax).toBe('1.2.840.10008.1.2.4.70');
  });

  it('tells who it is of behind a picture that is larger than most headers', async () => {
    const icon = Array<number>(300_000).fill(1);
    const bytes = bare('implicit', ({ element }) => element(9, 0x1010, 'OB', icon));
    expect(await headerOf(new Blob([Uint8Array.from(bytes)]))).toMatchObject(told);
  });
});

it.each([
  ['nothing', []],
  ['a PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]],
  ['a JPEG', [0xff, 0xd8, 0xff, 0xe0, 0, 16, ...ascii('JFIF'), 0, 1]],
  ['words', ascii('Nothing that could be taken for a film.')],
  [
    'numbers without another element behind the first',
    [8, 0, 5, 0, 4, 0, 0, 0, 1, 2, 3, 4, 9, 0, 1, 0],
  ],
])('%s is no DICOM file', (_, bytes) => {
  expect(isDicom(Uint8Array.from(bytes))).toBe(false);
});
