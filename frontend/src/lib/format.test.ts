import { expect, it } from 'vitest';
import {
  formatMegabytes,
  formatMilliseconds,
  formatOfHundred,
  formatProbability,
  formatScore,
  formatShare,
  formatShares,
} from './format';

it.each([
  [0, '0.0%'],
  [0.0001, '<0.1%'],
  [0.0005, '0.1%'],
  [0.6249, '62.5%'],
  [0.9994, '99.9%'],
  [0.99999, '>99.9%'],
  [1, '100.0%'],
])('a probability of %f reads %s', (value, text) => {
  expect(formatProbability(value)).toBe(text);
});

it('tells shares in whole per cent', () => {
  expect(formatShare(0.5417)).toBe('54%');
  expect(formatShares(0.4375, 1)).toBe('44–100%');
});

it('tells scores to one decimal, and shares as films of 100', () => {
  expect([0, 2.04, 17.96].map(formatScore)).toEqual(['0.0', '2.0', '18.0']);
  expect(formatOfHundred(0.9)).toBe('90');
});

it('counts time and size in units that fit', () => {
  expect(formatMilliseconds(75.7)).toBe('76 ms');
  expect(formatMilliseconds(12_340)).toBe('12.3 s');
  expect(formatMegabytes(25_000_000)).toBe('25 MB');
});
