import { expect, it, vi } from 'vitest';
import { limits, prediction, study } from './fixtures';
import { SERVICE_BACK, SERVICE_SLOW } from './http';
import { predict } from './predict';
import type { Prediction } from './prediction';

const ask = {
  target: 'predicted',
  explain: false,
  force: false,
  signal: new AbortController().signal,
} as const;

const answering = (response: Response) => {
  const network = vi.fn((_: Request) => Promise.resolve(response));
  vi.stubGlobal('fetch', (request: Request) =>
    new URL(request.url).pathname === '/limits'
      ? Promise.resolve(Response.json(limits))
      : network(request),
  );
  return network;
};

it('asks for what is needed, and forces only when told to', async () => {
  const network = answering(Response.json(prediction('mild')));
  expect(await predict(study(), ask)).toMatchObject({ ok: true });
  expect(new URL(network.mock.calls[0]?.[0].url ?? '').search).toBe(
    '?target=predicted&explain=false',
  );
  await predict(study(), { ...ask, force: true });
  expect(network.mock.calls[1]?.[0].url).toContain('force=true');
  await predict(study(), { ...ask, version: '1.2.0' });
  expect(network.mock.calls[2]?.[0].url).toContain('version=1.2.0');
});

const without = (...parts: readonly (keyof Prediction)[]) =>
  Object.fromEntries(
    Object.entries(prediction('mild')).filter(([part]) => !parts.some((one) => one === part)),
  );

it.each([
  [{ grade: 2 }],
  [{ ...prediction('mild'), severity: 'critical' }],
  [[]],
  [without('quality')],
  [without('prediction_set')],
  [without('refer')],
  [without('input')],
  [{ ...prediction('mild'), quality: { accepted: true } }],
  [{ ...prediction('mild'), brixia: { total: 3, zones: { A: 1 } } }],
])('takes an answer of another shape for a service of another version', async (body) => {
  answering(Response.json(body));
  expect(await predict(study(), ask)).toMatchObject({ failure: { code: 'other-version' } });
});

it('hands on when the service wants to be asked again', async () => {
  const problem = { type: '', title: 'Busy', status: 503, detail: '', code: 'busy' };
  answering(Response.json(problem, { status: 503, headers: { 'Retry-After': '7' } }));
  expect(await predict(study(), ask)).toMatchObject({
    failure: { code: 'busy', retryAfter: 7 },
  });
});

it('does not send a file over the limit that the service tells', async () => {
  const network = answering(Response.json(prediction('mild')));
  const large = new File([new Uint8Array(limits.max_bytes + 1)], 'large.png');
  expect(await predict({ name: 'large.png', source: large }, ask)).toMatchObject({
    failure: { code: 'file-too-large', limit: limits.max_bytes },
  });
  expect(network).not.toHaveBeenCalled();
});

it('refuses nothing on a limit of before the service was started anew', async () => {
  const told = vi.fn(() => limits);
  vi.stubGlobal('fetch', async (request: Request) =>
    Response.json(new URL(request.url).pathname === '/limits' ? told() : prediction('mild')),
  );
  const large = (by: number) => ({
    name: 'large.png',
    source: new File([new Uint8Array(limits.max_bytes + by)], 'large.png'),
  });
  window.dispatchEvent(new Event(SERVICE_BACK));
  expect(await predict(large(1), ask)).toMatchObject({ failure: { code: 'file-too-large' } });
  expect(told).toHaveBeenCalledOnce();
  // The page heard of it.
  told.mockReturnValue({ ...limits, max_bytes: limits.max_bytes + 1 });
  window.dispatchEvent(new Event(SERVICE_BACK));
  expect(await predict(large(1), ask)).toMatchObject({ ok: true });
  // And where it did not: asked once more before a refusal.
  told.mockReturnValue({ ...limits, max_bytes: limits.max_bytes + 2 });
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  expect(await predict(large(2), ask)).toMatchObject({ ok: true });
  expect(await predict(large(3), ask)).toMatchObject({ failure: { code: 'file-too-large' } });
  expect(told).toHaveBeenCalledTimes(3);
  now.mockRestore();
});

it('gives a film time to arrive before it is told that it takes long', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const slow = vi.fn();
  window.addEventListener(SERVICE_SLOW, slow);
  const network = answering(new Response());
  let answer = (_: Response): void => undefined;
  const sent = new Promise<void>((told) => {
    network.mockImplementation(() => {
      told();
      return new Promise((done) => {
        answer = done;
      });
    });
  });
  const outcome = predict(study(), ask);
  await sent;
  vi.advanceTimersByTime(29_999);
  expect(slow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(slow).toHaveBeenCalledOnce();
  answer(Response.json(prediction('mild')));
  expect(await outcome).toMatchObject({ ok: true });
  window.removeEventListener(SERVICE_SLOW, slow);
  vi.useRealTimers();
});
