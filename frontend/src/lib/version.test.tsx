import { act, renderHook, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { limits, model } from './fixtures';
import { SERVICE_BACK } from './http';
import { useLimits } from './limits';
import { useVersion } from './version';

const models = vi.fn<() => Response>();
const busy = () => Response.json({ code: 'busy', title: 'Busy', detail: '' }, { status: 503 });

beforeEach(() => {
  models.mockReset().mockImplementation(busy);
  vi.stubGlobal('fetch', () => models());
});

// What a version told is kept for good: each test has one of its own.
const shown = (name: string, film = 'first') => {
  const hook = renderHook(({ occasion }) => useVersion(name, occasion).loaded.state, {
    initialProps: { occasion: film },
  });
  const { result } = hook;
  return { ...hook, becomes: (state: string) => waitFor(() => expect(result.current).toBe(state)) };
};
const answer = () => models.mockImplementation(() => Response.json(model()));

it('is there for all who asked in vain once one of them has been told', async () => {
  const first = shown('1.0.0');
  await first.becomes('failed');
  answer();
  await shown('1.0.0').becomes('ready');
  await first.becomes('ready');
  expect(models).toHaveBeenCalledTimes(2);
});

it.each(['online', SERVICE_BACK])(
  'is asked for again at %s, where it was not had',
  async (event) => {
    const { becomes, result } = shown(`2.0.0-${event}`);
    await becomes('failed');
    act(() => void window.dispatchEvent(new Event(event)));
    await waitFor(() => expect(models).toHaveBeenCalledTimes(2));
    // It says why it is not there for as long as it is not.
    expect(result.current).toBe('failed');
    answer();
    await act(async () => void window.dispatchEvent(new Event(event)));
    await becomes('ready');
    act(() => void window.dispatchEvent(new Event(event)));
    expect(models).toHaveBeenCalledTimes(3);
  },
);

it('is asked for again with the next film', async () => {
  const { becomes, rerender } = shown('3.0.0');
  await becomes('failed');
  answer();
  rerender({ occasion: 'second' });
  await becomes('ready');
  rerender({ occasion: 'third' });
  expect(models).toHaveBeenCalledTimes(2);
});

it('is so of the limits, too', async () => {
  const { result } = renderHook(() => useLimits());
  await waitFor(() => expect(models).toHaveBeenCalledOnce());
  expect(result.current).toBeNull();
  models.mockImplementation(() => Response.json(limits));
  act(() => void window.dispatchEvent(new Event(SERVICE_BACK)));
  await waitFor(() => expect(result.current).toEqual(limits));
});
