import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import { WorklistStore } from './store';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells many answers together, and at once what came out for the film that is looked at', async () => {
  const store = new WorklistStore(async () => ({ ok: true, value: prediction('mild') }));
  store.add(Array.from({ length: 200 }, (_, at) => study(`${at}.png`)));
  const told: number[] = [];
  store.subscribe(() => {
    told.push(store.snapshot().items.filter(({ status }) => status === 'done').length);
  });
  // All answers are there without any time having passed.
  await vi.advanceTimersByTimeAsync(0);
  expect(told[0]).toBe(1);
  expect(told.length).toBeLessThan(10);
  await vi.advanceTimersByTimeAsync(100);
  expect(told.at(-1)).toBe(200);
  expect(told.length).toBeLessThan(10);
});

it('tells what a person did at once, with all that had gathered', async () => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const [one = 0, other = 0] = store.add([study('one.png'), study('other.png')]);
  await vi.advanceTimersByTimeAsync(1000);
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  store.learn(other, { date: '2020-03-14' });
  expect(told).toBe(0);
  store.describe(one, { patient: '1' });
  expect(told).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toBe(1);
  expect(store.snapshot().items.map(({ date, patient }) => date + patient)).toEqual([
    '1',
    '2020-03-14',
  ]);
});

it('opens and removes many films in one change each', () => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const films = Array.from({ length: 2000 }, (_, at) => study(`${at}.png`));
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  // The same file twice in one go is one film.
  const ids = store.add([...films, ...films.slice(0, 3)]);
  expect(new Set(ids).size).toBe(2000);
  expect(store.snapshot().items).toHaveLength(2000);
  store.select(ids[9] ?? 0);
  store.remove(ids.slice(5, 1990));
  expect(store.snapshot().items).toHaveLength(15);
  expect(store.snapshot().selected).toBe(ids[1990]);
  store.remove(ids.slice(1990, 2000));
  expect(store.snapshot().selected).toBe(ids[4]);
  expect(told).toBeLessThan(20);
});
