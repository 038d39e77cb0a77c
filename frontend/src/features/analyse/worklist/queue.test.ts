import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import kinds from '../../../client/words/kinds.json';
import type { Failure, Outcome } from '../../../lib/failure';
import { prediction, study } from '../../../lib/fixtures';
import type { Prediction } from '../../../lib/prediction';
import { stateOf } from './films';
import { isTemporary, MOST_TRIES } from './pauses';
import { WorklistStore } from './store';

const GRADED: Outcome<Prediction> = { ok: true, value: prediction('mild') };
const films = (count: number) => Array.from({ length: count }, (_, at) => study(`${at}`));
const failure = (code: string, changes: Partial<Failure> = {}): Outcome<never> => ({
  ok: false,
  failure: { code, title: '', detail: '', status: 503, ...changes },
});

let asked: string[];
let store: WorklistStore;

/** A service that takes some time over each film, and longer to refuse one. */
function answering(answer: (name: string, calls: number) => Outcome<Prediction>) {
  asked = [];
  store = new WorklistStore(async ({ name }) => {
    asked.push(name);
    const outcome = answer(name, asked.filter((one) => one === name).length);
    await new Promise((done) => setTimeout(done, outcome.ok ? 300 : 1000));
    return outcome;
  });
}

const statuses = () => store.snapshot().items.map(({ status }) => status);
const count = (status: string) => statuses().filter((one) => one === status).length;
const seconds = (passed: number) => vi.advanceTimersByTimeAsync(1000 * passed);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  store.stop();
  vi.useRealTimers();
});

describe.each([
  ['busy', { retryAfter: 5 }],
  ['network', { status: null }],
])('films that find no answer (%s)', (code, changes) => {
  it.each([
    ['in the middle of a list', [10, 11, 12]],
    ['at its start, where one is looked at', [0, 1, 2]],
  ])('keep no other from its own: %s', async (_, bad) => {
    answering((name) => (bad.includes(Number(name)) ? failure(code, changes) : GRADED));
    store.add(films(60));
    await seconds(120);
    expect(count('done')).toBe(57);
    await seconds(600);
    expect(bad.map((at) => statuses()[at])).toEqual(['failed', 'failed', 'failed']);
    expect(asked.filter((name) => name === String(bad[0]))).toHaveLength(MOST_TRIES);
    // Nothing is left to wait for.
    expect(store.snapshot().pause).toBeNull();
    store.retry((bad[0] ?? 0) + 1);
    expect(asked.at(-1)).toBe(String(bad[0]));
  });
});

it('gives up no film while the service is not there for any', async () => {
  let there = true;
  answering(() => (there ? GRADED : failure('network', { status: null })));
  store.add(films(10));
  await seconds(0.5);
  there = false;
  await seconds(3600);
  expect(count('failed')).toBe(0);
  there = true;
  await seconds(60);
  expect(count('done')).toBe(10);
});

describe('a limit of how many may be asked', () => {
  it('is waited for, as long as the service says', async () => {
    answering((_, calls) =>
      calls === 1 ? failure('rate-limited', { status: 429, retryAfter: 7 }) : GRADED,
    );
    store.add(films(3));
    await seconds(1);
    expect(statuses()).toEqual(['waiting', 'waiting', 'waiting']);
    await seconds(6.9);
    expect(asked).toHaveLength(3);
    await seconds(3);
    expect(count('done')).toBe(3);
  });

  it('fails no film that others only came before', async () => {
    let free = 1;
    answering(() => {
      free -= 1;
      return free >= 0 ? GRADED : failure('rate-limited', { status: 429, retryAfter: 10 });
    });
    const refill = setInterval(() => {
      free = 1;
    }, 9_000);
    store.add(films(60));
    await seconds(1200);
    clearInterval(refill);
    expect(count('failed')).toBe(0);
    expect(count('done')).toBe(60);
  });

  it('is waited for the longer time, where several are told', async () => {
    const rests = [2, 20, 5];
    answering((name) => failure('rate-limited', { retryAfter: rests[Number(name)] ?? 0 }));
    store.add(films(3));
    await seconds(20.9);
    expect(asked).toHaveLength(3);
    await seconds(0.2);
    expect(asked).toHaveLength(4);
  });
});

it('tries again what the service says may be tried, but for a film that it fails on', () => {
  const codes = Object.entries(kinds).flatMap(([code, { retry }]) => (retry ? [code] : []));
  const final = codes.filter((code) => !isTemporary({ code } as Failure));
  expect(final).toEqual(['internal-error']);
  expect(isTemporary({ code: 'damaged-image' } as Failure)).toBe(false);
});

it('gives up an upload that breaks off each time, also where it is the only one', async () => {
  answering(() => failure('upload-too-slow', { status: 408 }));
  store.add(films(1));
  await seconds(1);
  expect(statuses()).toEqual(['waiting']);
  await seconds(300);
  expect(statuses()).toEqual(['failed']);
  expect(asked).toHaveLength(MOST_TRIES);
});

describe('what is shown of a film that waits', () => {
  const phases = () => {
    const seen: string[] = [];
    store.subscribe(() => {
      const { phase } = stateOf(store.snapshot(), 1);
      if (phase !== seen.at(-1)) {
        seen.push(phase);
      }
    });
    return seen;
  };

  it('stays while it is tried again by itself', async () => {
    answering((_, calls) => (calls < 4 ? failure('network', { status: null }) : GRADED));
    store.add(films(1));
    const seen = phases();
    await seconds(60);
    expect(asked).toHaveLength(4);
    expect(seen).toEqual(['failed', 'done']);
  });

  it('is that it is graded, where a person wants another try', async () => {
    answering(() => failure('network', { status: null }));
    store.add(films(1));
    const seen = phases();
    await seconds(1.5);
    store.retry(1);
    expect(seen).toEqual(['failed', 'running']);
    // Also where it is on its way already, which is not sent twice.
    await seconds(1.1 + 4);
    expect([asked.length, statuses()[0], seen.at(-1)]).toEqual([3, 'running', 'failed']);
    store.retry(1);
    expect([asked.length, seen.at(-1)]).toEqual([3, 'running']);
    await seconds(1);
    expect(seen.at(-1)).toBe('failed');
  });
});

it('says of a film that was cancelled that it was, not that it is being graded', () => {
  answering(() => GRADED);
  store.add(films(3));
  store.cancelAll();
  expect(stateOf(store.snapshot(), 1)).toMatchObject({
    phase: 'failed',
    failure: { code: 'cancelled' },
  });
  store.retry(1);
  expect(stateOf(store.snapshot(), 1).phase).toBe('running');
});

describe('a pause', () => {
  /** Two films of which the first is told to wait for a minute, and the other may be slow. */
  const paused = async (other: Outcome<Prediction>, slow = 0) => {
    asked = [];
    store = new WorklistStore(async ({ name }) => {
      asked.push(name);
      await new Promise((done) => setTimeout(done, name === '1' ? 1000 * slow : 500));
      return name === '1' ? other : failure('busy', { retryAfter: 60 });
    });
    const [first = 0, second = 0] = store.add(films(2));
    await seconds(1);
    expect(store.snapshot().pause).not.toBeNull();
    return [first, second] as const;
  };
  const busy = failure('busy', { retryAfter: 60 });

  it.each([
    ['removed', (ids: readonly number[]) => store.remove(ids)],
    ['cancelled', (ids: readonly number[]) => ids.forEach(store.cancel)],
  ])('ends with the films that it holds up being %s', async (_, takeAway) => {
    takeAway(await paused(busy));
    expect(store.snapshot().pause).toBeNull();
    store.add([study('later')]);
    expect(asked).toEqual(['0', '1', 'later']);
    await seconds(1);
    // Its own minute has begun: the one before does not end it.
    expect((store.snapshot().pause?.until ?? 0) - Date.now()).toBe(59_500);
    await seconds(59);
    expect(asked).toHaveLength(3);
  });

  it('ends when the last film that was under way as it began is settled', async () => {
    const [first] = await paused(GRADED, 5);
    store.cancel(first);
    expect(store.snapshot().pause).not.toBeNull();
    await seconds(5);
    expect(statuses()).toEqual(['cancelled', 'done']);
    expect(store.snapshot().pause).toBeNull();
  });

  it('goes on while a film is left that waits', async () => {
    const [first] = await paused(busy);
    store.remove([first]);
    expect(store.snapshot().pause).not.toBeNull();
  });
});
