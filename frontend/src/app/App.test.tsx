import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { limits, model, prediction } from '../lib/fixtures';
import { App } from './App';

const lost = vi.hoisted(() => () => {
  throw new TypeError('Failed to fetch dynamically imported module');
});
vi.mock('../features/model/ModelPage', lost);
vi.mock('../viewer/Workbench', lost);
vi.mock('../features/analyse/compare/Compare', lost);

const drop = (...names: string[]) =>
  act(() => {
    const files = names.map((name) => new File([name], name, { type: 'image/png' }));
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
const unloaded = () => screen.findAllByText('This part of the page could not be shown.');

const graded = () =>
  vi.waitFor(
    () => {
      const [heading] = screen.getAllByRole('heading', { level: 1 });
      expect(heading?.textContent).toBe('Estimated severity Mild');
    },
    { timeout: 10_000 },
  );

beforeEach(() => {
  // React logs what a boundary caught.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubGlobal('fetch', (request: Request | string) => {
    const { pathname } = new URL(typeof request === 'string' ? request : request.url, 'http://x');
    if (pathname.startsWith('/models/')) {
      return Response.json(model());
    }
    return Response.json(pathname === '/limits' ? limits : prediction('mild'));
  });
  window.location.hash = '';
  render(<App />);
});

it('keeps result and reading where the scripts of viewer, comparison and model page are lost', async () => {
  drop('one.png', 'two.png');
  await unloaded();
  await graded();
  await userEvent.type(screen.getByLabelText('Comment'), 'no effusion');
  await userEvent.click(await screen.findByRole('button', { name: 'Compare with two.png' }));
  await unloaded();
  await userEvent.click(screen.getByRole('link', { name: 'Model' }));
  await vi.waitFor(() =>
    expect(screen.getAllByRole('button', { name: 'Try again' })).toHaveLength(1),
  );
  await userEvent.click(screen.getByRole('link', { name: 'Analyse' }));
  await graded();
  expect(screen.getByLabelText<HTMLTextAreaElement>('Comment').value).toBe('no effusion');
});

it('goes to the analyse page with a film that is dropped on another one', async () => {
  act(() => {
    window.location.hash = '#/model';
  });
  await unloaded();
  drop('one.png');
  await graded();
  expect(window.location.hash).toBe('#/');
});
