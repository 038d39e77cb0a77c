import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { SERVICE_BACK, SERVICE_SLOW } from '../lib/http';
import { ServiceBanner } from './ServiceBanner';

it('says that the service is away, and asks again when told to', async () => {
  const health = vi.fn(() => Promise.resolve(new Response(null, { status: 503 })));
  vi.stubGlobal('fetch', health);
  render(<ServiceBanner />);
  const button = await screen.findByRole('button', { name: 'Check again' });
  const back = vi.fn();
  window.addEventListener(SERVICE_BACK, back, { once: true });
  health.mockResolvedValue(new Response(null, { status: 200 }));
  await userEvent.click(button);
  await screen.findByText('The service can be reached again.');
  expect(screen.queryByText('The service cannot be reached.')).toBeNull();
  // Whoever lacks something may ask for it.
  expect(back).toHaveBeenCalledOnce();
});

it('says that the service is away where a request takes long and its health is twice not told', async () => {
  const well = () => Promise.resolve(new Response(null, { status: 200 }));
  const health = vi.fn(well);
  vi.stubGlobal('fetch', health);
  render(<ServiceBanner />);
  await act(async () => undefined);
  const silent = () => Promise.reject(new DOMException('', 'TimeoutError'));
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
  // Once it may be held up by films on their way.
  health.mockImplementationOnce(silent);
  act(() => void window.dispatchEvent(new Event(SERVICE_SLOW)));
  await expect.poll(() => health.mock.calls.length).toBe(3);
  await act(async () => undefined);
  expect(screen.queryByText('The service cannot be reached.')).toBeNull();
  health.mockImplementation(silent);
  act(() => void window.dispatchEvent(new Event(SERVICE_SLOW)));
  await screen.findByText('The service cannot be reached.');
  expect(health).toHaveBeenCalledTimes(5);
});
