import { expect, it, onTestFinished, vi } from 'vitest';
import { study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import { WorklistStore } from './store';

const DAY_S = 86_400;

it('rests for as long as it is told, though no timer of a browser is that long', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const failure = { code: 'busy', title: '', detail: '', status: 503, retryAfter: 30 * DAY_S };
  const ask = vi.fn<Predict>(async () => ({ ok: false, failure }));
  const store = new WorklistStore(ask);
  store.add([study('one.png'), study('two.png')]);
  await vi.advanceTimersByTimeAsync(30 * DAY_S * 1000 - 1);
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(3);
  store.stop();
});
