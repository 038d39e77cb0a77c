import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import { agreementIn } from '../reading/agreementIn';
import { blinded } from './blind';
import { stateOf } from './films';
import { readingsOf } from './readings';
import { WorklistStore } from './store';
import { csvOf, jsonOf } from './table';

const grade: Predict = async ({ name }) => {
  const answer = prediction(name.startsWith('severe') ? 'severe' : 'mild');
  return { ok: true, value: { ...answer, input: { ...answer.input, sha256: name } } };
};

async function opened(names: readonly string[], blind: boolean) {
  const store = new WorklistStore(grade);
  store.hideResults(blind);
  const ids = store.add(names.map(study));
  await expect.poll(() => store.snapshot().items.every(({ graded }) => graded)).toBe(true);
  const shown = () => blinded(store.snapshot());
  return { store, ids: ids as readonly [number, ...number[]], shown };
}

it('tells nothing of a hidden result, anywhere', async () => {
  const { store, ids, shown } = await opened(['severe.png'], true);
  expect(stateOf(shown(), ids[0]).phase).toBe('hidden');
  const { items, explained } = shown();
  const told = csvOf(items) + JSON.stringify(jsonOf(items)) + JSON.stringify([...explained]);
  expect(told).not.toMatch(/0\.8|"severe"|,severe,/);
  store.read(ids[0], { grade: 'severe' });
  // Agreement would tell as well.
  expect(agreementIn(shown().items)).toBeNull();
  store.reveal(ids[0]);
  expect(stateOf(shown(), ids[0]).phase).toBe('done');
  expect(agreementIn(shown().items, true)).toEqual({ films: 1, same: 1, kappa: null });
});

it('counts as blind what was said before the result was seen, and nothing else', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], true);
  const [first, second = 0] = ids;
  store.read(first, { grade: 'mild' });
  store.reveal(first);
  store.read(first, { comment: 'as I said' });
  store.reveal(second);
  store.read(second, { grade: 'mild' });
  expect(shown().items.map(({ reading }) => reading?.blind)).toEqual([true, false]);
  store.read(first, { grade: 'moderate' });
  expect(shown().items[0]?.reading?.blind).toBe(false);
});

it('leaves blind what is only said again once the result is seen', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], true);
  const [first, second = 0] = ids;
  const zones = { A: 1, B: 1, C: 0, D: 0, E: 0, F: 0 };
  store.read(first, { grade: 'mild', zones });
  store.read(second, { zones });
  store.reveal(first);
  store.reveal(second);
  const before = shown().items[0]?.reading;
  store.read(first, { grade: 'mild' });
  store.read(first, { zones: { ...zones }, comment: '' });
  expect(shown().items[0]?.reading).toBe(before);
  // Its zones amount to the grade that is agreed to.
  store.read(second, { grade: 'mild' });
  expect(shown().items[1]).toMatchObject({
    unblinded: false,
    reading: { grade: 'mild', blind: true },
  });
  expect(agreementIn(shown().items, true)?.films).toBe(2);
  store.read(second, { zones: { ...zones, A: 2 } });
  expect(shown().items[1]?.reading?.blind).toBe(false);
});

it('takes no reading for blind of a film whose result was on the screen before', async () => {
  const { store, ids, shown } = await opened(['a.png'], false);
  store.hideResults(true);
  expect(stateOf(shown(), ids[0]).phase).toBe('hidden');
  store.read(ids[0], { grade: 'mild' });
  expect(shown().items[0]?.reading?.blind).toBe(false);
});

it('hides again without forgetting what was read', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], false);
  store.read(ids[0], { grade: 'severe' });
  store.hideResults(true);
  expect(shown().items.map(({ status }) => status)).toEqual(['done', 'hidden']);
  store.hideResults(false);
  expect(shown().items.map(({ status }) => status)).toEqual(['done', 'done']);
});

it('takes for seen what is drawn at once, because it was read before results were hidden', async () => {
  let answer: () => void = () => undefined;
  const value = prediction('mild');
  const store = new WorklistStore(
    () => new Promise((done) => (answer = () => done({ ok: true, value }))),
  );
  const [id = 0] = store.add([study('a.png')]);
  store.read(id, { grade: 'mild' });
  store.hideResults(true);
  answer();
  await expect.poll(() => store.snapshot().items[0]?.graded).toBeTruthy();
  expect(stateOf(blinded(store.snapshot()), id).phase).toBe('done');
  expect(store.seenContents()).toEqual([value.input.sha256]);
});

it('knows of a removed film too that its result was seen in the session of a file', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], true);
  store.read(ids[0], { grade: 'mild' });
  store.remove([ids[0]]);
  store.restoreReadings([], ['a.png']);
  store.restore();
  expect(shown().items[0]?.reading?.blind).toBe(false);
});

it('hides a film of which what was said was taken back', async () => {
  const { store, ids, shown } = await opened(['a.png'], false);
  store.read(ids[0], { comment: 'a' });
  store.read(ids[0], { comment: '' });
  store.hideResults(true);
  expect(shown().items.map(({ status }) => status)).toEqual(['hidden']);
});

it('hides a film that is brought back after results were hidden again', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], true);
  store.reveal(ids[0]);
  store.hideResults(false);
  store.remove([ids[0]]);
  store.hideResults(true);
  store.restore();
  expect(shown().items.map(({ status }) => status)).toEqual(['hidden', 'hidden']);
});

it('gives readings of a file to films that are open, by content, and to those that come', async () => {
  const { store, ids } = await opened(['a.png'], false);
  store.read(ids[0], { grade: 'severe', zones: { A: 2 } });
  const kept = readingsOf(store.snapshot());
  expect(kept).toMatchObject([{ file: 'a.png', sha256: 'a.png', grade: 'severe', blind: false }]);
  const later = new WorklistStore(grade);
  later.restoreReadings([...kept, { ...kept[0], file: 'moved.png', sha256: 'b.png' } as never]);
  expect(later.snapshot().kept).toHaveLength(2);
  later.add([study('a.png'), study('b.png')]);
  await expect.poll(() => later.snapshot().kept).toHaveLength(0);
  expect(later.snapshot().items.map(({ reading }) => reading?.zones.A)).toEqual([2, 2]);
});

it('goes into the table, with the kappa of the list', async () => {
  const names = ['a.png', 'severe-b.png', 'c.png', 'severe-d.png', 'e.png', 'f.png'];
  const { store, ids, shown } = await opened(names, false);
  const read = (agrees: boolean) =>
    ids.slice(0, 5).forEach((id, at) => {
      store.read(id, { grade: (at % 2 === 0) === agrees ? 'mild' : 'severe' });
    });
  const cells = (csv: string, name: string) => {
    const [header = '', ...rows] = csv.replace('\ufeff', '').trim().split('\r\n');
    return rows.map((row) => row.split(',')[header.split(',').indexOf(name)]);
  };
  const KAPPA = 'reader_kappa_of_list';
  read(true);
  const { items } = shown();
  expect(cells(csvOf(items), 'reader_grade').slice(3)).toEqual(['severe', 'mild', '']);
  expect(cells(csvOf(items), KAPPA)).toEqual([...Array(5).fill('1.000'), '']);
  // Of the same films as on the page, when only some are taken along, and none of too few.
  expect(cells(csvOf(items.slice(0, 2), items), KAPPA)).toEqual(['1.000', '1.000']);
  expect(cells(csvOf(items.slice(0, 4)), KAPPA)).toEqual(['', '', '', '']);
  // A negative number is no formula.
  read(false);
  expect(cells(csvOf(shown().items), KAPPA)[0]).toMatch(/^-0\.9/);
});

it('takes no reading for blind of a film that is graded anew after its result was seen', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], false);
  const [first, second = 0] = ids;
  store.replace(first, study('a.png'));
  store.read(first, { grade: 'mild' });
  store.hideResults(true);
  store.replace(second, study('b.png'));
  await expect.poll(() => stateOf(shown(), second).phase).toBe('hidden');
  store.read(second, { grade: 'mild' });
  expect(shown().items.map(({ reading }) => reading?.blind)).toEqual([false, false]);
  // Another picture of a film whose result nobody has seen is as unseen as the first.
  const hidden = await opened(['a.png'], true);
  hidden.store.replace(hidden.ids[0], study('a.png'));
  hidden.store.read(hidden.ids[0], { grade: 'mild' });
  expect(hidden.shown().items[0]?.reading?.blind).toBe(true);
});

it('takes no reading for blind of a film that was brought back with its result on the screen', async () => {
  const { store, ids, shown } = await opened(['a.png', 'b.png'], true);
  const [first, second = 0] = ids;
  store.remove([first]);
  store.hideResults(false);
  store.restore();
  store.hideResults(true);
  store.read(first, { grade: 'mild' });
  // Brought back before anything is shown, it is as unseen as it was.
  const unseen = await opened(['a.png', 'b.png'], true);
  unseen.store.remove([unseen.ids[0]]);
  unseen.store.restore();
  unseen.store.read(unseen.ids[0], { grade: 'mild' });
  expect(shown().items.find(({ id }) => id === first)?.reading?.blind).toBe(false);
  expect(shown().items.find(({ id }) => id === second)?.seen).toBe(true);
  expect(unseen.shown().items[0]?.reading?.blind).toBe(true);
});
