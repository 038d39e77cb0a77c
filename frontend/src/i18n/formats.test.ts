import { describe, expect, it } from 'vitest';
import { makeFormats } from './formats';

const en = makeFormats('en');

it.each([
  [0, '0%'],
  [0.001, '<1%'],
  [0.005, '1%'],
  [0.6249, '62%'],
  [0.994, '99%'],
  [0.9999, '>99%'],
  [1, '100%'],
])('a probability of %f reads %s', (value, text) => {
  expect(en.probability(value)).toBe(text);
});

it('tells shares in whole per cent', () => {
  expect(en.share(0.5417)).toBe('54%');
  expect(en.shares(0.4375, 1)).toBe('44–100%');
});

it('tells scores to one decimal, and shares as films of 100', () => {
  expect([0, 2.04, 17.96].map(en.score)).toEqual(['0.0', '2.0', '18.0']);
  expect(en.ofHundred(0.9)).toBe('90');
});

it('counts time and size in units that fit', () => {
  expect(en.milliseconds(75.7)).toBe('76 ms');
  expect(en.milliseconds(12_340)).toBe('12.3 s');
  expect(en.megabytes(25_000_000)).toBe('25 MB');
});

describe('by language', () => {
  const noon = new Date(2026, 10, 23, 12);

  it.each([
    ['en', '23 Nov 2026', 'a, b or c'],
    ['ms', '23 Nov 2026', 'a, b, atau c'],
    ['zh-CN', '2026年11月23日', 'a、b或c'],
  ] as const)('%s writes dates and lists its own way', (language, date, list) => {
    const format = makeFormats(language);
    expect(format.date(noon)).toBe(date);
    expect(format.either(['a', 'b', 'c'])).toBe(list);
  });

  it('takes the plural form that the language has', () => {
    const forms = { one: 'film', other: 'films' };
    expect([1, 2].map((count) => en.plural(count, forms))).toEqual(['film', 'films']);
    expect(makeFormats('ms').plural(1, { other: 'filem' })).toBe('filem');
  });
});
