import { expect, it } from 'vitest';
import { readingsOf } from './readings';
import { film, kept, listed } from './testListed';

it('puts a newer reading over an older one, says so, and takes that back', async () => {
  const { store, settle, grades } = listed();
  const [id = 0] = store.add([film('chest.png', 'first patient')]);
  await settle();
  store.restoreReadings([kept('chest.png', 'first patient')]);
  const at = '2020-11-29T08:00:00.000Z';
  const newer = { ...kept('chest.png', 'first patient'), grade: 'mild' as const, at };
  const open = () => store.restoreReadings([{ ...newer, impression: 'of a colleague' }]);
  const { newerHere, replaced } = open();
  expect([newerHere, replaced.length]).toEqual([0, 1]);
  expect(grades()).toEqual(['mild']);
  store.takeBack(replaced);
  expect(store.snapshot().items).toMatchObject([
    { reading: { grade: 'severe' }, impression: null },
  ]);
  // The same once more is no change; nor is what was said since taken away.
  const again = open();
  expect(open().replaced).toEqual([]);
  store.describe(id, { impression: 'of now' });
  store.takeBack(again.replaced);
  expect(store.snapshot().items).toMatchObject([
    { reading: { grade: 'mild' }, impression: 'of now' },
  ]);
});

it('leaves blind what was read so when its own file is opened again', async () => {
  const { store, settle } = listed();
  store.hideResults(true);
  const [id = 0] = store.add([film('chest.png', 'first patient')]);
  await settle();
  store.read(id, { grade: 'mild' });
  store.reveal(id);
  const saved = readingsOf(store.snapshot());
  store.read(id, { comment: 'rotated' });
  store.restoreReadings(saved, store.seenContents());
  const [item] = store.snapshot().items;
  expect(item?.reading).toMatchObject({ grade: 'mild', comment: 'rotated', blind: true });
});

it('does not put an older file over what waits for a film that is gone', async () => {
  const { store, settle } = listed();
  const [id = 0] = store.add([film('chest.png', 'first patient'), film('other.png', 'second')]);
  await settle();
  store.read(id, { grade: 'mild' });
  const saved = readingsOf(store.snapshot());
  store.describe(id, { impression: 'written since' });
  store.remove([id]);
  store.add([film('third.png', 'third')]);
  const told = store.restoreReadings([kept('chest.png', 'first patient')]);
  expect(told).toEqual({ waiting: 0, newerHere: 1, replaced: [] });
  // Of the same time, the file's; what it leaves open stays, and is in no file yet.
  store.restoreReadings(saved);
  expect(store.snapshot().kept).toMatchObject([{ grade: 'mild', impression: 'written since' }]);
  expect(store.snapshot().kept.every(store.isSaidHere)).toBe(true);
  store.stop();
});

it('gives a film that is opened again the patient and the day that a person typed', async () => {
  const { store, settle } = listed();
  const [id = 0] = store.add([film('chest.png', 'first patient'), film('other.png', 'second')]);
  await settle();
  store.describe(id, { patient: 'Siti', date: '2020-03-04' });
  const file = readingsOf(store.snapshot());
  store.remove([id]);
  const [again = 0] = store.add([film('chest.png', 'first patient')]);
  await settle();
  // A header that is read late changes nothing of that.
  store.learn(again, { patient: '1', date: '2020-03-01', view: 'AP' });
  const typed = { patient: 'Siti', date: '2020-03-04' };
  expect(store.snapshot().items[1]).toMatchObject({ ...typed, view: 'AP', reading: null });
  store.stop();
  // Nor does a file of readings lose it, or take the film for one that was seen.
  const later = listed();
  later.store.hideResults(true);
  later.store.restoreReadings(file.map((said) => ({ ...said, blind: true })));
  later.store.add([film('moved.png', 'first patient')]);
  await later.settle();
  expect(later.store.snapshot().items).toMatchObject([{ ...typed, seen: false }]);
});

it('joins nobody to a patient of another list who has the same number', async () => {
  const before = listed();
  const [id = 0] = before.store.add([film('chest.png', 'first patient'), film('b.png', 'second')]);
  await before.settle();
  before.store.describe(id, { patient: '1', date: '2020-03-04' });
  const file = readingsOf(before.store.snapshot());
  // Nor within one list, of whose patients the number may be another's once a film is gone.
  before.store.remove([id]);
  before.store.add([film('chest.png', 'first patient')]);
  await before.settle();
  expect(before.store.snapshot().items[1]).toMatchObject({ patient: '', date: '2020-03-04' });

  const { store, settle } = listed();
  const [other = 0] = store.add([film('x.dcm', 'third'), film('chest.png', 'first patient')]);
  await settle();
  store.learn(other, { patient: '1', date: '2020-04-01' });
  store.restoreReadings(file);
  const { items } = store.snapshot();
  expect(items.map(({ patient, date }) => [patient, date])).toEqual([
    ['1', '2020-04-01'],
    ['', '2020-03-04'],
  ]);
  // What is typed now is of this list, and stays.
  const typed = items[1]?.id ?? 0;
  store.describe(typed, { patient: '2' });
  store.restoreReadings([{ ...kept('chest.png', 'first patient'), patient: null }]);
  expect(store.snapshot().items[1]).toMatchObject({ patient: '2', reading: { grade: 'severe' } });
});
