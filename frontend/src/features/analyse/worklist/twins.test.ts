import { expect, it, vi } from 'vitest';
import { another, study } from '../../../lib/fixtures';
import { seriesOf } from './dated';
import { FRESH, type Item, NO_FACTS } from './films';
import { asOpen, twinsOf } from './twins';

const { explanation: _, ...graded } = another('mild');
const film = (id: number, changes: Partial<Item> = {}): Item => ({
  ...FRESH,
  ...NO_FACTS,
  id,
  study: study(`${id}.png`),
  graded,
  patient: '1',
  date: '2020-03-01',
  ...changes,
});
const other = film(3, { graded: { ...graded, input: { ...graded.input, sha256: 'other' } } });

it('knows a film of the same content as one before it, once both are graded', () => {
  const ungraded = film(4, { graded: null });
  const twins = twinsOf([film(1), other, film(2), ungraded, { ...ungraded, id: 5 }]);
  expect([...twins].map(([id, of]) => [id, of.id])).toEqual([[2, 1]]);
});

it('has one content in a series once: the film that is looked at', () => {
  const films = [film(1), film(2), other];
  const ids = (of: Item) => seriesOf(films, of).map(({ item }) => item.id);
  expect(ids(film(1))).toEqual([1, 3]);
  expect(ids(film(2))).toEqual([2, 3]);
});

const file = (content: string, name = 'film.png', lastModified = 1) =>
  new File([content], name, { lastModified });
const opened = (source: File) => ({ name: source.name, source });

it('takes a file that is opened again for the one that is open, and no other for it', async () => {
  const open = film(1, { study: opened(file('one')) });
  const repaired = { repair: { turned: 90, inverted: false }, original: file('of 90') } as const;
  const turned = film(2, { study: { ...opened(file('turned')), repaired } });
  const again = [
    file('one'),
    file('of 90'),
    // Another patient's: called alike, as large, and of the same second.
    file('two'),
    file('one', 'film.png', 2),
    file('one', 'other.png'),
  ].map(opened);
  const studies = await asOpen(again, [open, turned]);
  expect(studies.slice(0, 2)).toEqual([open.study, turned.study]);
  expect(studies[0]).toBe(open.study);
  expect(studies[1]).toBe(turned.study);
  expect(studies.slice(2).every((study, at) => study === again[at + 2])).toBe(true);
});

it('tells large files apart by their middle as well', async () => {
  const large = (middle: string) => file('a'.repeat(200_000) + middle + 'a'.repeat(200_000));
  const open = film(1, { study: opened(large('x')) });
  const studies = await asOpen([large('x'), large('y')].map(opened), [open]);
  expect(studies.map((of) => of === open.study)).toEqual([true, false]);
});

it('looks once into each of many files that are called alike', async () => {
  const slice = vi.spyOn(Blob.prototype, 'slice');
  const many = (from: number) => Array.from({ length: 60 }, (_, at) => file(`${from + at}`));
  const items = many(100).map((of, id) => film(id, { study: opened(of) }));
  const again = [...many(200), ...many(130)].map(opened);
  const studies = await asOpen(again, items);
  const open = items.map((item) => item.study);
  const expected = [...again.slice(0, 60), ...open.slice(30), ...again.slice(90)];
  expect(studies.every((study, at) => study === expected[at])).toBe(true);
  expect(slice.mock.calls.length).toBeLessThan(10 * (items.length + again.length));
});
