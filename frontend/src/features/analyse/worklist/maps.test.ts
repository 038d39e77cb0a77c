import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import { FIRST_TARGET } from '../../../lib/prediction';
import { itemOf, stateOf } from './films';
import { WorklistStore } from './store';

it('asks again for a map that was asked for in vain and then left', async () => {
  const asked: string[] = [];
  /** Maps fail once, and then keep everybody waiting until the other film was looked at. */
  let answers = 0;
  const predict: Predict = ({ name }, { explain }) => {
    const value = { ...prediction('mild'), ...(!explain && { explanation: null }) };
    if (!explain || name !== 'a.png') {
      return Promise.resolve({ ok: true, value });
    }
    asked.push(name);
    answers += 1;
    if (answers === 1) {
      const failure = { code: 'not-ready', title: '', detail: '', status: 503 };
      return Promise.resolve({ ok: false, failure });
    }
    return answers === 2 ? new Promise(() => undefined) : Promise.resolve({ ok: true, value });
  };
  const store = new WorklistStore(predict);
  const [other = 0, film = 0] = store.add([study('b.png'), study('a.png')]);
  await expect.poll(() => store.snapshot().items.every(({ graded }) => graded)).toBe(true);
  store.select(film);
  await expect.poll(() => asked.length).toBe(1);
  await expect.poll(() => stateOf(store.snapshot(), film)).toMatchObject({ pending: null });
  store.explain(film, 'burden');
  store.select(other);
  store.select(film);
  const map = () => store.snapshot().explained.get(film)?.shown.explanation;
  await expect.poll(map).toMatchObject({ target: 'mild' });
  expect(asked).toHaveLength(3);
  store.stop();
});

/** A service whose maps of each target come when they are told to. */
function mapped(names: readonly string[]) {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const predict: Predict = async ({ name }, { explain, target }) => {
    const value = prediction('mild', target === 'predicted' ? 'mild' : target);
    if (!explain) {
      return { ok: true, value: { ...value, explanation: null } };
    }
    asked.push(`${name} ${target}`);
    await new Promise<void>((done) => answers.push(done));
    const low_signal = target !== FIRST_TARGET;
    const explanation = value.explanation && { ...value.explanation, low_signal };
    return { ok: true, value: { ...value, explanation } };
  };
  const store = new WorklistStore(predict);
  const ids = store.add(names.map((name) => study(name)));
  const settle = async () => {
    for (const answer of answers.splice(0)) {
      answer();
    }
    await new Promise((done) => setTimeout(done));
  };
  const item = (id: number) => itemOf(store.snapshot(), id);
  return { store, ids, asked, settle, item };
}

it('asks once for a map that is awaited, however often its film is selected', async () => {
  const { store, ids, asked, settle } = mapped(['a', 'b']);
  const [, film = 0] = ids;
  await settle();
  store.select(film);
  store.select(film);
  store.explain(film, FIRST_TARGET);
  expect(asked).toEqual([`a ${FIRST_TARGET}`, `b ${FIRST_TARGET}`]);
  await settle();
  expect(store.snapshot().explained.get(film)).toMatchObject({ pending: null });
  store.select(film);
  // Another class is another map, also while one is awaited.
  store.explain(film, 'mild');
  store.explain(film, 'severe');
  expect(asked.slice(2)).toEqual(['b mild', 'b severe']);
  store.stop();
});

it('keeps the maps of films that were looked at while others are only passed', async () => {
  const { store, ids, settle } = mapped(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  await settle();
  for (const id of ids.slice(1, 4)) {
    store.select(id);
    await settle();
  }
  const looked = ids.slice(0, 4);
  const known = () => [...store.snapshot().explained.keys()].toSorted();
  expect(known()).toEqual(looked);
  for (const id of ids.slice(4)) {
    store.select(id);
  }
  store.select(looked[3] ?? 0);
  expect(known()).toEqual(looked);
  store.stop();
});

it('tells how far a map can be relied on of one and the same target for all films', async () => {
  const { store, ids, settle, item } = mapped(['a', 'b']);
  const [one = 0, other = 0] = ids;
  await settle();
  const first = { lowSignal: false, insideLungs: 0.8 };
  expect(item(one)?.mapQuality).toEqual(first);
  store.explain(one, 'mild');
  await settle();
  // Beside a map of that class, the other film is asked for one first.
  store.compare(other);
  await settle();
  expect([one, other].map((id) => item(id)?.mapQuality)).toEqual([first, null]);
  store.explain(other, FIRST_TARGET);
  await settle();
  expect(item(other)?.mapQuality).toEqual(first);
  store.stop();
});
