import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { en } from '../../i18n/catalogue';
import { prediction } from '../../lib/fixtures';
import { useShortcutKeys } from '../../lib/shortcuts';
import { SizeTold } from '../../viewer/testFilm';
import { AnalysePage } from './AnalysePage';
import { serveWith } from './testService';
// The page fetches them when they are asked for; here they must be there.
import './compare/Compare';
import '../../viewer/Workbench';

// jsdom decodes nothing.
vi.mock('../../viewer/useFilm', async () => {
  const { film } = await import('../../viewer/testFilm');
  return { useFilm: () => ({ status: 'ready', film }) };
});

function WithKeys() {
  useShortcutKeys();
  return <AnalysePage />;
}

it('fills the screen with what stays while films are stepped through and compared', async () => {
  vi.stubGlobal('ResizeObserver', SizeTold);
  // jsdom has no full screen.
  let full: Element | null = null;
  Object.defineProperty(document, 'fullscreenElement', { configurable: true, get: () => full });
  Element.prototype.requestFullscreen = function request() {
    full = this;
    return Promise.resolve();
  };
  serveWith(() => Promise.resolve(Response.json(prediction('mild'))));
  render(<WithKeys />);
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  const files = ['one.png', 'two.png'].map((name) => new File([name], name, { type: 'image/png' }));
  await userEvent.upload(input as HTMLInputElement, files);
  await screen.findByTitle('Compare with two.png');
  const filled = () => full?.querySelector('[role=application]')?.getAttribute('aria-label');
  const film = await screen.findByRole('application');
  act(() => film.focus());
  // In the place of the list that has its room it is not seen; its key alone brings it up.
  const stage = film.closest('section') as HTMLElement;
  const mirrored = () => screen.getByRole('button', { name: en.viewer.tools.mirror }).ariaPressed;
  stage.checkVisibility = () => false;
  await userEvent.keyboard('h');
  expect(mirrored()).toBe('false');
  expect(fireEvent.keyDown(film, { key: 'ArrowDown' })).toBe(true);
  await userEvent.keyboard('f');
  stage.checkVisibility = () => true;
  await userEvent.keyboard('h');
  expect(mirrored()).toBe('true');
  expect(filled()).toContain('one.png');
  await userEvent.keyboard('j');
  await waitFor(() => expect(filled()).toContain('two.png'));
  expect(full).toHaveProperty('isConnected', true);
  // The list is not seen.
  await waitFor(() => expect(full?.contains(document.activeElement)).toBe(true));
  act(() => screen.getByRole('application').focus());
  await userEvent.keyboard('c');
  await waitFor(() => expect(full?.querySelectorAll('[role=application]')).toHaveLength(2));
  expect(full).toHaveProperty('isConnected', true);
  // What had the focus is gone, and the heading is not seen.
  expect(document.activeElement).toBe(full);
  full = null;
});
