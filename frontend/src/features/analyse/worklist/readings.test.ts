import { expect, it, vi } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { KeptReading } from '../../../lib/reading';
import { readingsOf } from './readings';
import { WorklistStore } from './store';
import { film, kept, listed } from './testListed';

it('gives a reading to its own content, never to another film of the same name', async () => {
  const { store, settle, grades } = listed();
  store.restoreReadings([kept('chest.png', 'first patient')]);
  store.add([film('chest.png', 'second patient'), film('moved.png', 'first patient')]);
  expect(grades()).toEqual([undefined, undefined]);
  expect(store.snapshot().kept).toHaveLength(1);
  await settle();
  expect(grades()).toEqual([undefined, 'severe']);
  expect(store.snapshot().kept).toHaveLength(0);
});

it('keeps a reading whose content does not come, for the next file', async () => {
  const { store, settle, grades } = listed();
  store.add([film('chest.png', 'second patient'), film('refused.png', 'refused')]);
  await settle();
  store.restoreReadings([kept('chest.png', 'first patient'), kept('refused.png', 'third')]);
  expect(grades()).toEqual([undefined, undefined]);
  expect(readingsOf(store.snapshot()).map(({ sha256 }) => sha256)).toEqual([
    'first patient',
    'third',
  ]);
});

it('keeps a reading that waits for its film when the list is cleared, and gives it on undo', async () => {
  const { store, settle, grades } = listed();
  store.restoreReadings([kept('chest.png', 'first patient'), kept('later.png', 'third')]);
  store.add([film('chest.png', 'first patient')]);
  store.clear();
  expect(store.snapshot().kept).toHaveLength(2);
  store.restore();
  await settle();
  expect(grades()).toEqual(['severe']);
  // A file that is opened while the list is empty is for what comes back, too.
  store.clear();
  const at = '2020-11-29T08:00:00.000Z';
  const newer = { ...kept('chest.png', 'first patient'), grade: 'mild' as const, at };
  store.restoreReadings([newer]);
  store.restore();
  expect(grades()).toEqual(['mild']);
  expect(store.snapshot().kept).toHaveLength(1);
});

it('keeps what was said of films that are gone for good, for when they are opened again', async () => {
  const { store, settle, grades } = listed();
  const two = [film('one.png', 'first patient'), film('refused.png', 'refused')];
  const [one = 0, refused = 0] = store.add(two);
  await settle();
  store.read(one, { grade: 'moderate', comment: 'supine' });
  store.describe(one, { impression: 'No change.' });
  store.read(refused, { grade: 'mild' });
  store.clear();
  const said = [
    { sha256: 'first patient', grade: 'moderate', comment: 'supine', impression: 'No change.' },
    { file: 'refused.png', sha256: '', grade: 'mild' },
  ];
  // While they can be brought back, and after.
  expect(readingsOf(store.snapshot())).toMatchObject(said);
  store.add([film('one.png', 'second patient')]);
  await settle();
  store.restore();
  expect(grades()).toEqual([undefined]);
  expect(readingsOf(store.snapshot())).toMatchObject(said);
  store.add([film('again.png', 'first patient'), film('refused.png', 'refused')]);
  await settle();
  expect(grades()).toEqual([undefined, 'moderate', 'mild']);
  expect(store.snapshot().items[1]).toMatchObject({
    impression: 'No change.',
    reading: { comment: 'supine' },
  });
  expect(store.snapshot().kept).toEqual([]);
});

it('has one reading of a film that was removed and is in a file opened since', async () => {
  const { store, settle } = listed();
  const [id = 0] = store.add([film('chest.png', 'first patient'), film('other.png', 'second')]);
  await settle();
  store.read(id, { grade: 'mild' });
  store.remove([id]);
  store.restoreReadings([{ ...kept('chest.png', 'first patient'), impression: 'of before' }]);
  store.add([film('third.png', 'third')]);
  expect(store.snapshot().kept).toMatchObject([{ grade: 'mild', impression: 'of before' }]);
  store.stop();
});

it('goes by the name where the film was never graded, and so nothing else is known', async () => {
  const { store, settle, grades } = listed();
  store.restoreReadings([kept('refused.png', '')]);
  store.add([film('refused.png', 'refused')]);
  // It may yet be graded, and turn out to be another one.
  expect(grades()).toEqual([undefined]);
  await settle();
  expect(grades()).toEqual(['severe']);
  expect(store.snapshot().kept).toHaveLength(0);
});

it('gives no reading that goes by the name alone to a film of that name that is graded later', async () => {
  const { store, settle, grades } = listed();
  store.restoreReadings([{ ...kept('chest.png', ''), impression: 'of the first patient' }]);
  store.add([film('chest.png', 'second patient')]);
  await settle();
  expect(grades()).toEqual([undefined]);
  expect(store.snapshot().items[0]?.impression).toBeNull();
  expect(readingsOf(store.snapshot())).toMatchObject([{ file: 'chest.png', sha256: '' }]);
});

it('gives it to none that did not reach the service, and may be tried again', async () => {
  vi.useFakeTimers();
  const failure = { code: 'incomplete-upload', title: '', detail: '', status: 400 };
  const store = new WorklistStore(async () => ({ ok: false, failure }));
  store.restoreReadings([kept('chest.png', '')]);
  store.add([study('chest.png')]);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(store.snapshot()).toMatchObject({ items: [{ status: 'failed' }], kept: [{}] });
  vi.useRealTimers();
});

it('gives no reading that goes by the name alone to a graded film of that name', async () => {
  const { store, settle, grades } = listed();
  const [id = 0] = store.add([film('chest.png', 'second patient')]);
  await settle();
  store.read(id, { grade: 'mild', comment: 'clear' });
  store.restoreReadings([kept('chest.png', '')]);
  expect(grades()).toEqual(['mild']);
  expect(store.snapshot().items[0]?.reading?.comment).toBe('clear');
  // Of whomever it is, it is not lost.
  expect(store.snapshot().kept).toHaveLength(1);
  store.stop();
});

it('does not put an older reading over what is said while the content is awaited', async () => {
  const { store, settle, grades } = listed();
  const [id = 0] = store.add([film('chest.png', 'first patient')]);
  const older = kept('chest.png', 'first patient');
  store.restoreReadings([older]);
  store.read(id, { grade: 'mild' });
  await settle();
  expect(grades()).toEqual(['mild']);
  expect(store.snapshot().kept).toHaveLength(0);
  // Nor where its file is opened later.
  expect(store.restoreReadings([older])).toEqual({ waiting: 0, newerHere: 1, replaced: [] });
  expect(grades()).toEqual(['mild']);
});

it('takes an impression from a file also beside a newer reading, and puts it over none', async () => {
  const { store, settle, grades } = listed();
  const [one = 0, two = 0] = store.add([film('one.png', 'one'), film('two.png', 'two')]);
  store.restoreReadings(
    ['one', 'two'].map((of) => ({ ...kept(`${of}.png`, of), impression: 'of before' })),
  );
  store.read(one, { grade: 'mild' });
  store.read(two, { grade: 'mild' });
  store.describe(two, { impression: 'of now' });
  await settle();
  expect(grades()).toEqual(['mild', 'mild']);
  const said = store.snapshot().items.map(({ impression }) => impression);
  expect(said).toEqual(['of before', 'of now']);
});

it('looks through readings from a file once, not with each answer, and draws as seldom as without', async () => {
  const count = 400;
  const names = Array.from({ length: count }, (_, at) => `${at}`);
  let looks = 0;
  const counted = (name: string): KeptReading =>
    Object.defineProperty(kept(name, ''), 'sha256', {
      enumerable: true,
      get: () => {
        looks += 1;
        return `content of ${name}`;
      },
    });
  const store = new WorklistStore(async ({ name }) => {
    const answer = prediction('mild');
    return {
      ok: true,
      value: { ...answer, input: { ...answer.input, sha256: `content of ${name}` } },
    };
  });
  store.restoreReadings(names.map(counted).toReversed());
  store.add(names.map((name) => study(name)));
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  const items = () => store.snapshot().items;
  await expect.poll(() => items().every(({ graded }) => graded)).toBe(true);
  expect(items().every(({ reading }) => reading?.grade === 'severe')).toBe(true);
  expect(store.snapshot().kept).toHaveLength(0);
  expect(looks).toBeLessThan(10 * count);
  expect(told).toBeLessThan(count / 4);
});

it('puts one reading in the place of another of the same film that still waits', async () => {
  const { store, settle, grades } = listed();
  store.restoreReadings([kept('chest.png', 'first patient'), kept('chest.png', 'first patient')]);
  store.restoreReadings([{ ...kept('chest.png', 'first patient'), grade: 'mild' }]);
  store.add([film('chest.png', 'first patient')]);
  await settle();
  expect(grades()).toEqual(['mild']);
  expect(store.snapshot().kept).toHaveLength(0);
});

it('leaves patient and date as they were typed when the header of the file is read later', () => {
  const { store } = listed();
  const [one = 0, two = 0, three = 0] = store.add(
    ['one', 'two', 'three'].map((name) => film(name, name)),
    () => ({ date: '2020-01-01', patient: '', view: '' }),
  );
  const header = { patient: '1', date: '2020-03-14', view: 'PA' };
  store.describe(one, { patient: 'X' });
  store.describe(two, { date: '' });
  // Also while it is out of the list.
  store.describe(three, { date: '2020-03-10' });
  store.describe(three, { patient: 'Y' });
  store.remove([three]);
  for (const id of [one, two, three]) {
    store.learn(id, header);
  }
  store.restore();
  expect(store.snapshot().items).toMatchObject([
    { ...header, patient: 'X' },
    { ...header, date: '' },
    { ...header, date: '2020-03-10', patient: 'Y' },
  ]);
  store.stop();
});
