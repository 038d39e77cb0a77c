import { act, renderHook, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { SERVICE_BACK } from '../lib/http';
import { film } from './testFilm';
import { useFilm } from './useFilm';

// jsdom decodes nothing.
vi.mock('./decode/decodeFilm', () => ({ decodeFilm: () => Promise.resolve(film) }));

it('loads a sample again once the service is back, which did not come before', async () => {
  const answers = [new Response('', { status: 502 }), new Response('a film')];
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()));
  const study = { name: 'sample.png', source: '/samples/sample.png' };
  const { result, unmount } = renderHook(() => useFilm(study));
  await waitFor(() => expect(result.current.status).toBe('unshown'));
  act(() => void window.dispatchEvent(new Event(SERVICE_BACK)));
  await waitFor(() => expect(result.current.status).toBe('ready'));
  unmount();
  window.dispatchEvent(new Event(SERVICE_BACK));
  expect(answers).toHaveLength(0);
});
