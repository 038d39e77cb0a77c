import { describe, expect, it, vi } from 'vitest';
import { NETWORK_FAILURE } from './failure';
import { SERVICE_SLOW, settle } from './http';

const response = (status: number) => new Response(null, { status });

describe('settle', () => {
  it('hands on the data of an answer', async () => {
    const outcome = await settle(Promise.resolve({ data: { a: 1 }, response: response(200) }));
    expect(outcome).toEqual({ ok: true, value: { a: 1 } });
  });

  it('reads a problem', async () => {
    const error = { type: '/problems/x', title: 'No', status: 422, detail: 'Since.', code: 'x' };
    const outcome = await settle(Promise.resolve({ error, response: response(422) }));
    expect(outcome).toEqual({
      ok: false,
      failure: { code: 'x', title: 'No', detail: 'Since.', status: 422 },
    });
  });

  it.each([
    ['7', 7],
    ['300, 300', 300],
    ['300.5', 300],
    ['300; x', 300],
    [new Date(Date.now() + 3_600_000).toUTCString(), 3600],
    [new Date(0).toUTCString(), 0],
    ['soon', undefined],
  ])('reads when to ask again: %s', async (told, seconds) => {
    const answer = new Response(null, { status: 503, headers: { 'Retry-After': told } });
    const outcome = await settle(Promise.resolve({ error: null, response: answer }));
    const after = outcome.ok ? undefined : outcome.failure.retryAfter;
    // A date is a moment away that comes nearer.
    expect(after === undefined ? after : Math.ceil(after / 60)).toBe(
      seconds === undefined ? seconds : Math.ceil(seconds / 60),
    );
  });

  it('takes any other error body for an unexpected answer', async () => {
    const outcome = await settle(
      Promise.resolve({ error: '<h1>Bad gateway</h1>', response: response(502) }),
    );
    expect(outcome).toMatchObject({ failure: { code: 'unexpected-answer', status: 502 } });
  });

  it('takes a body that is no JSON for an unexpected answer', async () => {
    const outcome = await settle(Promise.reject(new SyntaxError('Unexpected token <')));
    expect(outcome).toMatchObject({ failure: { code: 'unexpected-answer' } });
  });

  it('takes a lost connection for a network failure', async () => {
    const outcome = await settle(Promise.reject(new TypeError('Failed to fetch')));
    expect(outcome).toEqual({ ok: false, failure: NETWORK_FAILURE });
  });

  it('tells for as long as an answer is awaited that it takes long', async () => {
    vi.useFakeTimers();
    const slow = vi.fn();
    window.addEventListener(SERVICE_SLOW, slow);
    let answer = (_: { data: number; response: Response }): void => undefined;
    const outcome = settle<number>(
      new Promise((done) => {
        answer = done;
      }),
    );
    await vi.advanceTimersByTimeAsync(30_000);
    const told = slow.mock.calls.length;
    expect(told).toBeGreaterThan(1);
    answer({ data: 1, response: response(200) });
    expect(await outcome).toEqual({ ok: true, value: 1 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(slow).toHaveBeenCalledTimes(told);
    window.removeEventListener(SERVICE_SLOW, slow);
    vi.useRealTimers();
  });
});
