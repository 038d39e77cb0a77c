import { act, renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import { study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import type { Study } from '../../../lib/study';
import { useWorklist } from './useWorklist';

const refuse: Predict = async () => ({
  ok: false,
  failure: { code: 'not-an-image', title: '', detail: '', status: 422 },
});

/** Whether the browser asks before it leaves the page. */
function asks(): boolean {
  const leaving = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}

it.each<[string, Study]>([
  ['a file', study()],
  ['a sample', { name: 'sample.png', source: '/sample.png' }],
])('asks before the reading of %s that was not graded is lost', async (_, film) => {
  const { result } = renderHook(() => useWorklist(refuse));
  const { store } = result.current;
  let id = 0;
  await act(async () => {
    [id = 0] = store.add([film]);
  });
  await expect.poll(() => result.current.list.items[0]?.status).toBe('failed');
  expect(asks()).toBe(false);
  act(() => store.read(id, { comment: 'rotated' }));
  expect(asks()).toBe(true);
  act(() => store.unread(id));
  expect(asks()).toBe(false);
});
