import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Suspense } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { loadable } from './loadable';

const part = { default: ({ name }: { name: string }) => <p>Part of {name}</p> };
const load = vi.fn<() => Promise<typeof part>>();
const lost = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));

const shown = (Part: ReturnType<typeof loadable<{ name: string }>>) => (
  <main tabIndex={-1}>
    <textarea aria-label="typed" />
    <Suspense fallback={<p>Loading</p>}>
      <Part name="film.png" />
    </Suspense>
  </main>
);
const retry = () => userEvent.click(screen.getByRole('button', { name: 'Try again' }));

beforeEach(() => {
  load.mockReset().mockResolvedValue(part);
  // React logs what a boundary caught.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

it('says in its place that it could not be had, leaves the rest, and asks anew', async () => {
  load.mockImplementationOnce(lost).mockImplementationOnce(lost);
  render(shown(loadable(load)));
  await userEvent.type(screen.getByLabelText('typed'), 'no effusion');
  const said = await screen.findByRole('alert');
  expect(said.textContent).toContain('could not be shown');
  await retry();
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2));
  await screen.findByRole('alert');
  expect(document.activeElement).toBe(screen.getByRole('main'));
  await retry();
  await screen.findByText('Part of film.png');
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByLabelText<HTMLTextAreaElement>('typed').value).toBe('no effusion');
});

it('is asked for again by whoever comes back to it', async () => {
  load.mockImplementationOnce(lost);
  const Part = loadable(load);
  const { unmount } = render(shown(Part));
  await screen.findByRole('alert');
  unmount();
  render(shown(Part));
  await screen.findByText('Part of film.png');
  expect(load).toHaveBeenCalledTimes(2);
});

it('is asked for once where nothing fails', async () => {
  const Part = loadable(load);
  const { unmount } = render(shown(Part));
  await screen.findByText('Part of film.png');
  unmount();
  render(shown(Part));
  await screen.findByText('Part of film.png');
  expect(load).toHaveBeenCalledOnce();
});

it('fetches the style sheets that failed with it before it is shown', async () => {
  load.mockImplementationOnce(lost);
  render(shown(loadable(load)));
  const link = document.head.appendChild(document.createElement('link'));
  link.rel = 'stylesheet';
  fireEvent.error(link);
  await screen.findByRole('alert');
  await retry();
  const again = document.head.querySelector('link');
  expect(again).not.toBe(link);
  expect(load).toHaveBeenCalledOnce();
  fireEvent.load(again as HTMLLinkElement);
  await screen.findByText('Part of film.png');
  again?.remove();
});
