import { act, renderHook } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { holdKey } from '../../../lib/apiKey';
import { limits, prediction, study } from '../../../lib/fixtures';
import { tryKey } from '../../../lib/http';
import { predict } from '../../../lib/predict';
import { useWorklist } from './useWorklist';

afterEach(() => holdKey(null));

it('has films wait for a key without asking again, and goes on with all once it is given', async () => {
  const sent = vi.fn();
  vi.stubGlobal('fetch', async ({ url, headers }: Request) => {
    const { pathname } = new URL(url);
    if (pathname === '/predict') {
      sent();
    }
    const challenge = { 'WWW-Authenticate': 'Bearer realm="cxr-severity"' };
    const problem = { code: 'credentials-missing', title: 'Who?', detail: '', status: 401 };
    if (headers.get('X-API-Key') !== 'cxr_good') {
      return Response.json(problem, { status: 401, headers: challenge });
    }
    return Response.json(pathname === '/limits' ? limits : prediction('mild'));
  });
  const { result } = renderHook(() => useWorklist(predict));
  const statuses = () => result.current.list.items.map(({ status }) => status);
  await act(async () => {
    result.current.store.add([1, 2, 3, 4, 5].map((at) => study(`${at}.png`)));
  });
  await expect.poll(() => result.current.list.pause?.until).toBe(Number.POSITIVE_INFINITY);
  await expect.poll(statuses).not.toContain('running');
  expect(sent.mock.calls.length).toBeLessThanOrEqual(3);
  // One that is not accepted has nothing sent either.
  const before = sent.mock.calls.length;
  await act(() => tryKey('cxr_bad'));
  expect(sent).toHaveBeenCalledTimes(before);
  await act(() => tryKey('cxr_good'));
  await expect.poll(statuses, { timeout: 10_000 }).toEqual(Array(5).fill('done'));
});
