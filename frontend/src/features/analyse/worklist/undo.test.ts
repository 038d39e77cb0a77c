import { expect, it, vi } from 'vitest';
import type { Outcome } from '../../../lib/failure';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import type { Prediction } from '../../../lib/prediction';
import { WorklistStore } from './store';

it('brings back a list that was cleared, and grades what was still open', async () => {
  const never = new Promise<Outcome<Prediction>>(() => undefined);
  const predict = vi.fn<Predict>(() => never);
  predict.mockResolvedValueOnce({ ok: true, value: prediction('severe') });
  const store = new WorklistStore(predict);
  store.add([study('one.png'), study('two.png')]);
  await vi.waitFor(() => expect(statuses()).toEqual(['done', 'running']));
  store.clear();
  expect(store.snapshot().items).toEqual([]);
  expect(predict.mock.calls[1]?.[1].signal.aborted).toBe(true);
  store.restore();
  expect(statuses()).toEqual(['done', 'running']);
  expect(store.snapshot().cleared).toEqual([]);
  // What comes after a list was cleared takes its place for good.
  store.clear();
  store.add([study('three.png')]);
  expect(store.snapshot().cleared).toEqual([]);
  store.stop();

  function statuses() {
    return store.snapshot().items.map(({ status }) => status);
  }
});

it('brings back what became known of a film while its list was cleared', () => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const [, second = 0] = store.add([study('one.png'), study('two.dcm')]);
  const facts = { date: '2020-03-14', patient: '1', view: 'PA' };
  store.clear();
  store.learn(second, facts);
  expect(store.snapshot().items).toEqual([]);
  store.restore();
  expect(store.snapshot().items).toMatchObject([{ date: '' }, facts]);
  store.stop();
});

it('brings back the only film after it was cancelled, with what was read of it', () => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const [id = 0] = store.add([study('one.png')]);
  store.read(id, { grade: 'mild' });
  store.cancel(id);
  expect(store.snapshot()).toMatchObject({ items: [], cancelled: true });
  store.restore();
  expect(store.snapshot()).toMatchObject({
    items: [{ id, status: 'running', reading: { grade: 'mild' } }],
    selected: id,
    cleared: [],
    cancelled: false,
  });
  store.stop();
});

it.each([
  ['selected', 2, 3],
  ['other', 3, 2],
])('compares no film with itself when the %s one of a pair is removed', (_, gone, left) => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  store.add(['one.png', 'two.png', 'three.png'].map(study));
  store.select(2);
  store.compare(3);
  store.remove([gone]);
  expect(store.snapshot()).toMatchObject({ selected: left, compared: null });
  // A pair of others stays.
  store.restore();
  store.select(1);
  store.compare(3);
  store.remove([1]);
  expect(store.snapshot()).toMatchObject({ selected: 2, compared: 3 });
  store.stop();
});

it('does nothing more to a film that is gone, or that has been graded meanwhile', async () => {
  const store = new WorklistStore(() =>
    Promise.resolve({ ok: true, value: prediction('mild') } as const),
  );
  const [one = 0, two = 0] = store.add([study('one.png'), study('two.png')]);
  const names = () => store.snapshot().items.map(({ study: { name } }) => name);
  await vi.waitFor(() =>
    expect(store.snapshot().items.every(({ status }) => status === 'done')).toBe(true),
  );
  // Pressed before its answer was drawn.
  store.cancel(two);
  expect(store.snapshot().items[1]?.status).toBe('done');
  store.remove([one]);
  store.remove([one]);
  expect(names()).toEqual(['two.png']);
  store.restore();
  expect(names()).toEqual(['one.png', 'two.png']);
  store.stop();
});

it.each<[string, (store: WorklistStore, ids: readonly [number, number]) => void]>([
  ['two removals', (store, [, second]) => store.remove([second])],
  ['a removal and a cleared list', (store) => store.clear()],
  ['a removal and the only film being cancelled', (store, [, second]) => store.cancel(second)],
])('brings back what %s took away, one after the other', (_, thenTake) => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const [first = 0, second = 0] = store.add([study('one.png'), study('two.png')]);
  store.read(first, { grade: 'severe' });
  store.remove([first]);
  thenTake(store, [first, second]);
  expect(store.snapshot().items).toEqual([]);
  store.restore();
  expect(store.snapshot().items).toMatchObject([
    { id: first, reading: { grade: 'severe' } },
    { id: second },
  ]);
  store.stop();
});
