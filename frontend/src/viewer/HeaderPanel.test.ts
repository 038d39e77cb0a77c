import { expect, it } from 'vitest';
import { en } from '../i18n/catalogue';
import { readable } from './HeaderPanel';

const { ageOf, uncompressed } = en.viewer.header;
const words = { day: en.format.day, age: ageOf, uncompressed };

it.each([
  ['studyDate', '20200317', '17 Mar 2020'],
  ['studyDate', '20200300', '20200300'],
  ['age', '062Y', '62 years'],
  ['age', '001M', '1 month'],
  ['age', 'old', 'old'],
  ['transferSyntax', '1.2.840.10008.1.2.1', 'Uncompressed'],
  ['transferSyntax', '1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless'],
  ['transferSyntax', '1.2.3', '1.2.3'],
  ['modality', 'DX', 'DX'],
] as const)('%s %s reads %s', (key, value, text) => {
  expect(readable(key, value, words)).toBe(text);
});
