import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Failure, Outcome } from '../../../lib/failure';
import { prediction, study } from '../../../lib/fixtures';
import type { Ask } from '../../../lib/predict';
import type { Prediction } from '../../../lib/prediction';
import type { Study } from '../../../lib/study';
import { itemOf, stateOf } from './films';
import { MAX_IN_FLIGHT, WorklistStore } from './store';

interface Call {
  study: Study;
  ask: Ask;
  settle: (outcome: Outcome<Prediction>) => Promise<void>;
}

let calls: Call[];
let store: WorklistStore;

const films = (count: number) => Array.from({ length: count }, (_, at) => study(`${at}.png`));
const statuses = () => store.snapshot().items.map(({ status }) => status);
const failure = (code: string, changes: Partial<Failure> = {}): Outcome<never> => ({
  ok: false,
  failure: { code, title: code, detail: '', status: 503, ...changes },
});
const graded = (call: Call): Outcome<Prediction> => ({
  ok: true,
  value: { ...prediction('severe'), ...(!call.ask.explain && { explanation: null }) },
});
const grade = (call: Call) => call.settle(graded(call));
const at = (index: number): Call => {
  const call = calls[index];
  if (!call) {
    throw new Error(`there were ${calls.length} calls`);
  }
  return call;
};

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  store = new WorklistStore(
    (of, ask) =>
      new Promise((resolve) => {
        const settle = async (outcome: Outcome<Prediction>) => {
          resolve(outcome);
          await vi.advanceTimersByTimeAsync(0);
        };
        calls.push({ study: of, ask, settle });
      }),
  );
});

afterEach(() => {
  store.stop();
  vi.useRealTimers();
});

describe('the queue', () => {
  it('has a few in flight, the selected film first and alone with a heatmap', async () => {
    store.add(films(6));
    expect(calls).toHaveLength(MAX_IN_FLIGHT);
    expect(calls.map(({ ask }) => ask.explain)).toEqual([true, false, false]);
    store.select(6);
    await grade(at(1));
    expect(calls.at(-1)?.study.name).toBe('5.png');
    expect(calls.at(-1)?.ask.explain).toBe(true);
  });

  it('keeps results small: no pictures but of the films looked at last', async () => {
    store.add(films(8));
    for (let index = 0; index < 8; index += 1) {
      await grade(at(index));
    }
    for (let id = 1; id <= 8; id += 1) {
      store.select(id);
      await calls.at(-1)?.settle({ ok: true, value: prediction('severe') });
    }
    const { items, explained } = store.snapshot();
    expect(statuses()).toEqual(Array(8).fill('done'));
    expect(items.every(({ graded: small }) => !('explanation' in (small ?? {})))).toBe(true);
    expect(explained.size).toBeLessThanOrEqual(4);
    expect(explained.has(8)).toBe(true);
  });

  it('goes on past a broken file, which keeps its reason', async () => {
    store.add(films(2));
    await at(0).settle(failure('not-an-image', { status: 422 }));
    await grade(at(1));
    expect(statuses()).toEqual(['failed', 'done']);
    expect(stateOf(store.snapshot(), 1)).toMatchObject({
      phase: 'failed',
      failure: { code: 'not-an-image' },
    });
  });

  it('tells a rejected film from a failed one, and has it judged when told to', async () => {
    store.add(films(1));
    const finding = {
      code: 'lungs-not-found',
      level: 'reject',
      message: 'No lungs.',
      value: 0,
      limit: 1,
    } as const;
    await at(0).settle(failure('not-a-frontal-chest-radiograph', { findings: [finding] }));
    expect(statuses()).toEqual(['rejected']);
    store.retry(1, true);
    expect(at(1).ask.force).toBe(true);
    await grade(at(1));
    expect(statuses()).toEqual(['done']);
    store.explain(1, 'mild');
    expect(at(2).ask).toMatchObject({ force: true, target: 'mild' });
  });

  it('cancels one film and leaves the others untouched', async () => {
    store.add(films(3));
    store.cancel(2);
    expect(at(1).ask.signal.aborted).toBe(true);
    await grade(at(1));
    await grade(at(0));
    expect(statuses()).toEqual(['done', 'cancelled', 'running']);
    store.retry(2);
    expect(calls.at(-1)?.study.name).toBe('1.png');
  });

  it('is empty again when its only film is cancelled', () => {
    store.add(films(1));
    store.cancel(1);
    expect(stateOf(store.snapshot(), null)).toEqual({ phase: 'empty', cancelled: true });
  });

  it('grades a film that was cancelled when it is opened again', () => {
    const two = films(2);
    store.add(two);
    store.cancel(2);
    store.add(two);
    expect(statuses()).toEqual(['running', 'running']);
  });

  it('opens the same file once', () => {
    const [one] = films(1);
    store.add(one ? [one] : []);
    store.add(one ? [one] : []);
    expect(store.snapshot().items).toHaveLength(1);
  });
});

describe('while the service is not there', () => {
  it('rests as long as the service asks, then sends one file ahead', async () => {
    store.add(films(5));
    await at(0).settle(failure('busy', { retryAfter: 7 }));
    await at(1).settle(failure('busy', { retryAfter: 7 }));
    await at(2).settle(failure('busy', { retryAfter: 7 }));
    expect(statuses()).toEqual(['waiting', 'waiting', 'waiting', 'queued', 'queued']);
    const { pause } = store.snapshot();
    expect((pause?.until ?? 0) - Date.now()).toBe(7000);
    await vi.advanceTimersByTimeAsync(6999);
    expect(calls).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toHaveLength(4);
    await grade(at(3));
    expect(calls).toHaveLength(4 + MAX_IN_FLIGHT);
  });

  it('rests longer each time, up to half a minute', async () => {
    store.add(films(1));
    const rests: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await at(round).settle(failure('network', { status: null }));
      const rest = (store.snapshot().pause?.until ?? 0) - Date.now();
      rests.push(rest);
      await vi.advanceTimersByTimeAsync(rest);
    }
    expect(rests).toEqual([2000, 4000, 8000, 16000, 30000, 30000]);
  });

  it('goes on at once when told to', async () => {
    store.add(films(1));
    await at(0).settle(failure('network', { status: null }));
    expect(stateOf(store.snapshot(), 1).phase).toBe('failed');
    store.resume();
    expect(calls).toHaveLength(2);
    await grade(at(1));
    expect(store.snapshot().pause).toBeNull();
  });
});

describe('a heatmap', () => {
  it('is asked for when a film that was graded without one is selected', async () => {
    store.add(films(2));
    await grade(at(0));
    await grade(at(1));
    expect(stateOf(store.snapshot(), 2)).toMatchObject({ phase: 'done', pending: 'burden' });
    store.select(2);
    expect(at(2).ask).toMatchObject({ explain: true, target: 'burden' });
    await grade(at(2));
    expect(stateOf(store.snapshot(), 2)).toMatchObject({ pending: null, target: 'severe' });
  });

  it('of a target is asked for once, and not at all for the predicted class', async () => {
    store.add(films(1));
    await grade(at(0));
    store.explain(1, 'severe');
    expect(calls).toHaveLength(1);
    store.explain(1, 'mild');
    await at(1).settle({ ok: true, value: prediction('severe', 'mild') });
    store.explain(1, 'predicted');
    store.explain(1, 'mild');
    expect(calls).toHaveLength(2);
  });

  it('that fails leaves the result as it is', async () => {
    store.add(films(1));
    await grade(at(0));
    store.explain(1, 'mild');
    await at(1).settle(failure('internal-error', { status: 500 }));
    expect(stateOf(store.snapshot(), 1)).toMatchObject({
      phase: 'done',
      target: 'severe',
      pending: null,
      targetFailure: { target: 'mild' },
    });
  });
});

it('ends a comparison when another film is opened', async () => {
  store.add(films(2));
  store.compare(2);
  expect(store.snapshot().compared).toBe(2);
  store.add([study('new.png')]);
  expect(store.snapshot()).toMatchObject({ selected: 3, compared: null });
});

it('removes a film and selects its neighbour', async () => {
  store.add(films(3));
  store.select(2);
  store.remove([2]);
  expect(store.snapshot().selected).toBe(3);
  expect(itemOf(store.snapshot(), 2)).toBeNull();
});

describe('films side by side', () => {
  const target = (id: number) => store.snapshot().explained.get(id);

  it('are asked about the same class', async () => {
    store.add(films(2));
    await grade(at(0));
    await grade(at(1));
    store.explain(1, 'mild');
    await at(2).settle({ ok: true, value: prediction('severe', 'mild') });
    store.compare(2);
    expect(at(3).ask).toMatchObject({ explain: true, target: 'mild' });
    await at(3).settle({ ok: true, value: prediction('severe', 'mild') });
    expect([target(1)?.target, target(2)?.target]).toEqual(['mild', 'mild']);
  });

  it('are asked about the same class also where one was explained before', async () => {
    store.add(films(2));
    await grade(at(0));
    await grade(at(1));
    store.select(2);
    await grade(at(2));
    store.explain(2, 'moderate');
    store.compare(1);
    expect(at(4).ask).toMatchObject({ target: 'moderate' });
    expect(target(1)?.pending).toBe('moderate');
  });
});

it('asks for no heatmap of films that were only passed', async () => {
  store.add(films(6));
  for (let index = 0; index < 6; index += 1) {
    await grade(at(index));
  }
  for (let id = 2; id <= 6; id += 1) {
    store.select(id);
  }
  const asked = calls.filter(({ ask }, index) => index >= 6 && !ask.signal.aborted);
  expect(asked.map(({ study: { name } }) => name)).toEqual(['5.png']);
  store.select(2);
  expect(calls.at(-1)).toMatchObject({ study: { name: '1.png' }, ask: { explain: true } });
});

it('forgets a class that was asked for when another film is looked at', async () => {
  store.add(films(2));
  await grade(at(0));
  await grade(at(1));
  store.explain(1, 'mild');
  store.select(2);
  expect(at(2).ask.signal.aborted).toBe(true);
  expect(store.snapshot().explained.get(1)).toMatchObject({ target: 'severe', pending: null });
});
