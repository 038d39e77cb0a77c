import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';

const ORIGIN = 'https://cxr.example';
const source = readFileSync(join(import.meta.dirname, 'sw.js'), 'utf8')
  .replace('__VERSION__', 'old')
  .replace('__FILES__', '["/", "/assets/viewer-old.js"]');

/** What the worker answers a GET with; `undefined` where it leaves it to the browser. */
function answer(
  path: string,
  kept: Readonly<Record<string, string>>,
  { mode = 'cors', fetch = async (): Promise<unknown> => 'network' } = {},
): Promise<unknown> | undefined {
  const listeners = new Map<string, (event: object) => void>();
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (type: string, listener: (event: object) => void) =>
      listeners.set(type, listener),
  };
  const caches = {
    match: async (asked: { url: string } | string) =>
      kept[typeof asked === 'string' ? asked : new URL(asked.url).pathname],
  };
  new Function('self', 'caches', 'fetch', source)(self, caches, fetch);
  const respondWith = vi.fn<(answer: Promise<unknown>) => void>();
  const request = { method: 'GET', mode, url: ORIGIN + path };
  listeners.get('fetch')?.({ request, respondWith });
  return respondWith.mock.lastCall?.[0];
}

// The page is the newest one from the network, its worker may still be the former one.
it('answers what another version kept, and fetches what none did', async () => {
  const kept = {
    '/assets/viewer-old.js': 'old',
    '/assets/viewer-new.js': 'new',
    '/models': 'never',
  };
  expect(await answer('/assets/viewer-old.js', kept)).toBe('old');
  expect(await answer('/assets/viewer-new.js', kept)).toBe('new');
  expect(await answer('/assets/viewer-newer.js', kept)).toBe('network');
  expect(answer('/models', kept)).toBeUndefined();
});

it('opens the page that it kept where the service takes the request and does not answer', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const silent = () => new Promise(() => undefined);
  const opened = answer('/', { '/': 'kept' }, { mode: 'navigate', fetch: silent });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await opened).toBe('kept');
});

it('waits for a slow service where it kept no page, and has the newest page of a quick one', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const after = (ms: number) => () =>
    new Promise((done) => setTimeout(() => done({ status: 200 }), ms));
  const slow = answer('/', {}, { mode: 'navigate', fetch: after(60_000) });
  const quick = answer('/', { '/': 'kept' }, { mode: 'navigate', fetch: after(1_000) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await slow).toEqual({ status: 200 });
  expect(await quick).toEqual({ status: 200 });
});
