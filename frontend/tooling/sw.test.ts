import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

const ORIGIN = 'https://cxr.example';
const source = readFileSync(join(import.meta.dirname, 'sw.js'), 'utf8')
  .replace('__VERSION__', 'old')
  .replace('__FILES__', '["/", "/assets/viewer-old.js"]');

/** What the worker answers a GET with; `undefined` where it leaves it to the browser. */
function answer(path: string, kept: Readonly<Record<string, string>>): Promise<string> | undefined {
  const listeners = new Map<string, (event: object) => void>();
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (type: string, listener: (event: object) => void) =>
      listeners.set(type, listener),
  };
  const caches = {
    match: async ({ url }: { url: string }) => kept[new URL(url).pathname],
  };
  const fetch = async () => 'network';
  new Function('self', 'caches', 'fetch', source)(self, caches, fetch);
  const respondWith = vi.fn<(answer: Promise<string>) => void>();
  const request = { method: 'GET', mode: 'cors', url: ORIGIN + path };
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
