import { expect, it } from 'vitest';
import { stemOf } from './download';

it.each([
  ['chest.v2.dcm', 'chest.v2'],
  ['film.PNG', 'film'],
  ['film', 'film'],
  ['.png', '.png'],
  ['1.2.840.113619.2.62.1', '1.2.840.113619.2.62.1'],
  ['1.2.840.5/IM0001', '1.2.840.5_IM0001'],
  ['series/film.jpeg', 'series_film'],
])('what %s gives is named after %s', (name, stem) => {
  expect(stemOf(name)).toBe(stem);
});
