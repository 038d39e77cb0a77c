import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import { fileOf, readingsIn } from '../../../lib/reading';
import { itemOf } from './films';
import { readingsOf } from './readings';
import { WorklistStore } from './store';
import { jsonOf } from './table';

/** Contents are told apart by the film's name. */
const grade: Predict = async ({ name }) => {
  const answer = prediction('mild');
  return { ok: true, value: { ...answer, input: { ...answer.input, sha256: name } } };
};

async function graded(store: WorklistStore) {
  await expect.poll(() => store.snapshot().items.every((item) => item.graded)).toBe(true);
}

/** A session of its own, as after a reload. */
async function session(blind: boolean, text = '', names = ['a.png']) {
  const store = new WorklistStore(grade);
  store.hideResults(blind);
  if (text !== '') {
    const { readings, seen } = readingsIn(text);
    store.restoreReadings(readings, seen);
  }
  const [id = 0] = store.add(names.map(study));
  await graded(store);
  const item = () => itemOf(store.snapshot(), id);
  const file = () => JSON.stringify(fileOf(readingsOf(store.snapshot()), store.seenContents()));
  return { store, id, item, blind: () => item()?.reading?.blind, file };
}

it('never makes blind what was scored with the result known', async () => {
  const before = await session(false);
  before.store.read(before.id, { grade: 'mild' });
  // As this page saves it, and as it did before it saved what was seen.
  const { seen: _, ...old } = JSON.parse(before.file());
  for (const text of [before.file(), JSON.stringify(old)]) {
    const after = await session(true, text);
    after.store.read(after.id, { grade: 'severe' });
    expect(after.blind()).toBe(false);
    after.store.unread(after.id);
    after.store.read(after.id, { zones: { A: 1 } });
    expect(after.blind()).toBe(false);
  }
});

it('says of what was scored blind and revealed in another session that it is blind no more', async () => {
  const before = await session(true);
  before.store.read(before.id, { grade: 'mild' });
  before.store.reveal(before.id);
  const after = await session(true, before.file());
  expect(after.item()).toMatchObject({ seen: true, reading: { blind: true } });
  after.store.read(after.id, { comment: 'Supine' });
  expect(after.blind()).toBe(true);
  after.store.read(after.id, { grade: 'severe' });
  expect(after.item()).toMatchObject({ unblinded: true, reading: { blind: false } });
});

it('knows from the file what was seen and not read, also where it is opened after the films', async () => {
  const before = await session(true);
  before.store.reveal(before.id);
  const after = await session(true, before.file());
  after.store.read(after.id, { grade: 'mild' });
  expect(after.blind()).toBe(false);
  const late = await session(true);
  late.store.read(late.id, { grade: 'mild' });
  const { readings, seen } = readingsIn(before.file());
  late.store.restoreReadings(readings, seen);
  expect(late.item()).toMatchObject({ seen: true, reading: { grade: 'mild', blind: false } });
  // What nobody has seen is blind as before.
  const unseen = await session(true, (await session(true)).file());
  unseen.store.read(unseen.id, { grade: 'mild' });
  expect(unseen.blind()).toBe(true);
});

it('knows a picture whose row was removed when it is opened again', async () => {
  const { store, id } = await session(true);
  store.reveal(id);
  store.remove([id]);
  const [again = 0] = store.add([study('a.png')]);
  // Read before its content is known, and after.
  store.read(again, { grade: 'mild' });
  await graded(store);
  expect(itemOf(store.snapshot(), again)).toMatchObject({ seen: true, reading: { blind: false } });
  store.read(again, { grade: 'severe' });
  expect(itemOf(store.snapshot(), again)?.reading?.blind).toBe(false);
});

it('knows the same picture in another row, also in one that was out of the list', async () => {
  const { store, id } = await session(true, '', ['a.png', 'a.png', 'a.png', 'b.png']);
  store.remove([id + 2]);
  store.reveal(id);
  store.restore();
  for (const of of [id + 1, id + 2, id + 3]) {
    store.read(of, { grade: 'mild' });
  }
  const blind = store.snapshot().items.map(({ reading }) => reading?.blind);
  expect(blind).toEqual([undefined, false, false, true]);
});

it('leaves blind what was read so before the film is graded anew', async () => {
  const { store, id, item, blind } = await session(true);
  store.read(id, { grade: 'mild' });
  store.reveal(id);
  store.replace(id, study('a.png'));
  await graded(store);
  expect(item()?.seen).toBe(true);
  expect(blind()).toBe(true);
});

it('takes the impression along, alone and beside a reading, and brings it back', async () => {
  const before = await session(false);
  before.store.describe(before.id, { impression: 'No change.' });
  expect(jsonOf(before.store.snapshot().items)).toMatchObject([{ impression: 'No change.' }]);
  const after = await session(false, before.file());
  // And with it, for which version's result it was written.
  const writtenFor = prediction('mild').model.version;
  expect(after.item()).toMatchObject({ impression: 'No change.', reading: null, writtenFor });
  after.store.read(after.id, { grade: 'mild' });
  const third = await session(false, after.file());
  expect(third.item()).toMatchObject({ impression: 'No change.', reading: { grade: 'mild' } });
});
