import { act, renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import { another, prediction, study } from '../../../lib/fixtures';
import { SERVICE_BACK } from '../../../lib/http';
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

it('asks while what was removed can still be brought back, and for an impression alone', async () => {
  const grade: Predict = async () => ({ ok: true, value: another('mild') });
  const { result } = renderHook(() => useWorklist(grade));
  const { store } = result.current;
  let ids: readonly number[] = [];
  await act(async () => {
    ids = store.add([{ name: 'sample.png', source: '/sample.png' }]);
  });
  await expect.poll(() => result.current.list.items[0]?.status).toBe('done');
  expect(asks()).toBe(false);
  act(() => store.describe(ids[0] ?? 0, { impression: 'No change.' }));
  expect(asks()).toBe(true);
  act(() => store.clear());
  expect(asks()).toBe(true);
  await act(async () => {
    store.add([{ name: 'other.png', source: '/other.png' }]);
  });
  // It can not be brought back any more, but what was said of it waits for it.
  expect(asks()).toBe(true);
  act(() => store.restoreReadings(result.current.list.kept.map((reading) => ({ ...reading }))));
  expect(asks()).toBe(false);
});

it('asks again, once the service is back, for a map that it was asked for in vain', async () => {
  let away = true;
  const asked: string[] = [];
  const predict: Predict = async (_, { explain, target }) => {
    asked.push(target);
    return explain && away
      ? { ok: false, failure: { code: 'network', title: '', detail: '', status: null } }
      : { ok: true, value: { ...prediction('mild'), ...(!explain && { explanation: null }) } };
  };
  const { result } = renderHook(() => useWorklist(predict));
  const { store } = result.current;
  const explained = (id: number) => result.current.list.explained.get(id);
  await act(async () => {
    away = false;
    store.add([study('one.png'), study('two.png')]);
  });
  await expect.poll(() => result.current.list.items.every(({ graded }) => graded)).toBe(true);
  away = true;
  await act(async () => store.select(2));
  expect(explained(2)?.targetFailure?.failure.code).toBe('network');
  // Looked at once more, too.
  const before = asked.length;
  await act(async () => store.select(1));
  await act(async () => store.select(2));
  expect(asked).toHaveLength(before + 1);
  away = false;
  await act(async () => {
    window.dispatchEvent(new Event(SERVICE_BACK));
  });
  await expect.poll(() => explained(2)?.shown.explanation).toBeTruthy();
  expect(explained(2)?.targetFailure).toBeNull();
});
