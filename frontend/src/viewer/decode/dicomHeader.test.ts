import type { DataSet } from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { readAspect, readHeader, readSpacing } from './dicomHeader';

const PIXEL = 'x00280030';
const IMAGER = 'x00181164';
const NOMINAL = 'x00182010';
const CALIBRATION = 'x00280a02';

const saying = (texts: Record<string, string>) =>
  ({ string: (tag: string) => texts[tag] }) as unknown as DataSet;

describe('Pixel Spacing', () => {
  // PS3.3 10.7.1.1.
  it.each([
    ['patient', { [PIXEL]: '0.1\\0.1', [IMAGER]: '0.2\\0.2' }],
    ['patient', { [PIXEL]: '0.1\\0.1', [NOMINAL]: '0.2\\0.2' }],
    ['patient', { [PIXEL]: '0.1\\0.1', [CALIBRATION]: 'FIDUCIAL' }],
    ['patient', { [PIXEL]: '0.1\\0.1', [IMAGER]: '0.1\\0.1', [CALIBRATION]: 'GEOMETRY' }],
    ['detector', { [PIXEL]: '0.1\\0.1', [IMAGER]: '0.10\\0.10' }],
    ['detector', { [PIXEL]: '0.139\\0.139', [IMAGER]: '0.13899999\\0.13899999' }],
    ['detector', { [PIXEL]: '0.1\\0.1', [NOMINAL]: '0.1\\0.1' }],
    ['detector', { [IMAGER]: '0.1\\0.1' }],
    ['detector', { [IMAGER]: '0.1\\0.1', [CALIBRATION]: 'GEOMETRY' }],
    ['unknown', { [PIXEL]: '0.1\\0.1' }],
    ['unknown', { [PIXEL]: '0.1\\0.1', [CALIBRATION]: '', [IMAGER]: '0\\0' }],
  ])('is measured in the plane: %s, of %o', (plane, texts) => {
    expect(readSpacing(saying(texts))?.plane).toBe(plane);
  });

  it('is that of the first pair of positive numbers, as the service reads it', () => {
    const imager = { row: 0.1, column: 0.2, plane: 'detector' };
    for (const none of [
      '0\\0',
      '0.3\\-0.3',
      '0.3',
      '',
      '0.3\\',
      '0.3\\0.3\\0.3',
      'a\\b',
      '1e999\\1',
    ]) {
      const said = saying({ [PIXEL]: none, [IMAGER]: '0.1\\0.2' });
      expect(readSpacing(said), none).toEqual(imager);
      expect(readAspect(said), none).toBe(0.5);
    }
    expect(readSpacing(saying({ [PIXEL]: '0\\0' }))).toBeNull();
    expect(readAspect(saying({ [PIXEL]: '0\\0' }))).toBe(1);
  });

  it('of 1 and 1 says nothing where another says more', () => {
    const beside = saying({ [PIXEL]: '1\\1', [IMAGER]: '0.4\\0.2' });
    expect(readAspect(beside)).toBe(2);
    expect(readSpacing(beside)).toEqual({ row: 0.4, column: 0.2, plane: 'detector' });
    expect(readAspect(saying({ [PIXEL]: '1\\1' }))).toBe(1);
    expect(readSpacing(saying({ [PIXEL]: '1\\1' }))).toEqual({
      row: 1,
      column: 1,
      plane: 'unknown',
    });
    const scanned = saying({ [PIXEL]: '1\\1', [NOMINAL]: '0.4\\0.2' });
    expect(readAspect(scanned)).toBe(2);
    expect(readSpacing(scanned)).toBeNull();
  });

  it('may have a decimal comma', () => {
    const said = saying({ [PIXEL]: '0,1 \\ 0,2' });
    expect(readSpacing(said)).toMatchObject({ row: 0.1, column: 0.2 });
    expect(readAspect(said)).toBe(0.5);
  });
});

describe('Specific Character Set', () => {
  const name = (charset: string, bytes: (number | string)[]) => {
    const byteArray = Uint8Array.from(
      bytes.flatMap((part) =>
        typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : [part],
      ),
    );
    const dataSet = {
      string: (tag: string) => (tag === 'x00080005' ? charset : undefined),
      uint16: () => undefined,
      elements: { x00100010: { dataOffset: 0, length: byteArray.length } },
      byteArray,
    };
    return readHeader(dataSet as unknown as DataSet).patientName;
  };
  const CYRILLIC = [0xbb, 0xee, 0xda];

  it.each([
    ['ISO 2022 IR 100', [0xe9], 'é'],
    ['ISO 2022 IR 101', [0xb3], 'ł'],
    ['ISO 2022 IR 109', [0xa6], 'Ĥ'],
    ['ISO 2022 IR 110', [0xb6], 'ļ'],
    ['ISO 2022 IR 126', [0xd9], 'Ω'],
    ['ISO 2022 IR 127', [0xc8], 'ب'],
    ['ISO 2022 IR 138', [0xf9], 'ש'],
    ['ISO 2022 IR 144', CYRILLIC, 'Люк'],
    ['ISO 2022 IR 148', [0xfe], 'ş'],
    ['ISO 2022 IR 166', [0xa1], 'ก'],
    ['ISO 2022 IR 13', [0xd4], 'ﾔ'],
    ['ISO_IR 203', [0xa4], '€'],
    ['ISO_IR 144', CYRILLIC, 'Люк'],
    ['ISO_IR 192', [0xd0, 0x9b], 'Л'],
    ['GB18030', [0xcd, 0xf5], '王'],
    ['', [0xe9], 'é'],
  ])('%s', (charset, bytes, shown) => {
    expect(name(charset, bytes)).toBe(shown);
    expect(name(`\\${charset}`, bytes)).toBe(shown);
  });

  it('of several is the one that an escape names, until a delimiter', () => {
    const several = 'ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126';
    expect(name(several, ['Andr', 0xe9])).toBe('André');
    expect(name(several, ['\u001b-L', ...CYRILLIC])).toBe('Люк');
    expect(name(several, ['\u001b-L', ...CYRILLIC, '^Ren', 0xe9])).toBe('Люк, René');
    expect(name(several, ['\u001b-L', ...CYRILLIC, '\u001b-F', 0xd9])).toBe('ЛюкΩ');
    expect(name('ISO 2022 IR 6\\ISO 2022 IR 144', ['Luk^\u001b-L', ...CYRILLIC])).toBe('Luk, Люк');
  });

  it('is one of wide letters where such a one is named', () => {
    const japanese = ['\u001b$B', 0x3b, 0x33, '\u001b(B'];
    expect(name('\\ISO 2022 IR 87', japanese)).toBe('山');
    expect(name('ISO 2022 IR 87\\ISO 2022 IR 13', japanese)).toBe('山');
    expect(name('ISO 2022 IR 100\\ISO 2022 IR 149', ['\u001b$)C', 0xb1, 0xe8])).toBe('김');
    const korean = ['Ren', 0xe9, '^\u001b$)C', 0xb1, 0xe8];
    expect(name('ISO 2022 IR 100\\ISO 2022 IR 149', korean)).toBe('René, 김');
    // Nothing of plain letters is named: without an escape, too, they can be of no other set.
    expect(name('\\ISO 2022 IR 149', ['Kim^', 0xb1, 0xe8])).toBe('Kim, 김');
  });

  // PS3.5 H.3.2.
  it('may have half-width katakana before and beside the wide letters', () => {
    const sets = 'ISO 2022 IR 13\\ISO 2022 IR 87';
    const katakana = [0xd4, 0xcf, 0xc0, 0xde, '^', 0xc0, 0xdb, 0xb3];
    const kanji = ['\u001b$B;3ED\u001b(J^\u001b$BB@O:\u001b(J'];
    const kana = ['\u001b$B$d$^$@\u001b(J^\u001b$B$?$m$&\u001b(J'];
    expect(name(sets, [...katakana, '=', ...kanji, '=', ...kana])).toBe('ﾔﾏﾀﾞ, ﾀﾛｳ');
    expect(name(sets, ['=', ...kanji])).toBe('山田, 太郎');
    expect(name(sets, ['==', ...kana])).toBe('やまだ, たろう');
    expect(name(sets, ['\u001b$B;3\u001b(J', 0xd4])).toBe('山ﾔ');
    // A name whose kanji have the bytes of a delimiter.
    expect(name(sets, ['\u001b$B=U;R\u001b(J'])).toBe('春子');
    expect(name('\\ISO 2022 IR 159', ['\u001b$(D0!\u001b(B'])).toBe('丂');
  });
});

it.each([
  [{ x0008002a: '20200409101112.5', x00080022: '20200407', x00080020: '20200405' }, '20200409'],
  [{ x00080022: '20200407', x00080020: '20200405' }, '20200407'],
  [{ x00080023: '20200406', x00080020: '20200405' }, '20200406'],
  [{ x00080022: '20200700', x00080020: '20200405' }, '20200405'],
  [{ x00080020: '20200405' }, '20200405'],
  [{}, ''],
])('a film of %o was taken on %s, as the service reads it', (texts, day) => {
  const entries = Object.entries(texts as Record<string, string>);
  const bytes = entries.map(([, text]) => text).join('');
  let at = 0;
  const elements = Object.fromEntries(
    entries.map(([tag, { length }]) => {
      at += length;
      return [tag, { dataOffset: at - length, length }];
    }),
  );
  const dataSet = {
    string: () => undefined,
    uint16: () => undefined,
    elements,
    byteArray: Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)),
  };
  expect(readHeader(dataSet as unknown as DataSet).filmDate).toBe(day);
});
