import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { prediction } from '../../../lib/fixtures';
import { AnalysePage } from '../AnalysePage';
import { serveWith } from '../testService';
import { rowId } from './films';
// The page fetches it when it is asked for; here it must be there.
import '../compare/Compare';

const text = en.worklist;
const FILMS = ['one.png', 'two.png', 'three.png'];
const network = vi.fn<() => Promise<Response>>();
const row = (name: string) => document.getElementById(rowId(1 + FILMS.indexOf(name)));
/** One of the buttons at the end of a row. */
const press = (title: string) => userEvent.click(screen.getByTitle(title));
const click = (words: string) => userEvent.click(screen.getByText(words));
/** By a click with the key that adds to what is chosen. */
const pick = (name: string) => fireEvent.click(row(name) as HTMLElement, { ctrlKey: true });
const gone = (name: string) => waitFor(() => expect(row(name)).toBeNull());
const h1 = () => document.querySelector('h1');

beforeEach(() => {
  network.mockReset().mockImplementation(async () => Response.json(prediction('mild')));
  serveWith(network);
  render(<AnalysePage />);
});

async function open(settled: string) {
  const files = FILMS.map((name) => new File([name], name, { type: 'image/png' }));
  act(() => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
  await screen.findByText(settled);
  await waitFor(() => expect(FILMS.every(row)).toBe(true));
}

it('goes on with the film beside one that is removed, and back to the page from the last two', async () => {
  await open('3 of 3');
  await press(text.remove('two.png'));
  await gone('two.png');
  expect(document.activeElement).toBe(row('three.png'));
  await press(text.remove('three.png'));
  await gone('three.png');
  expect(document.activeElement).toBe(h1());
});

it('goes back to the page when the only film that is listed is removed', async () => {
  await open('3 of 3');
  await userEvent.type(screen.getByLabelText(text.search), 'two');
  await gone('three.png');
  await press(text.remove('two.png'));
  await screen.findByText(text.noneMatch);
  expect(document.activeElement).toBe(h1());
});

it('stays with a film that is tried again', async () => {
  network.mockImplementation(() => new Promise(() => undefined));
  await open('0 of 3');
  await press(text.cancel('two.png'));
  await userEvent.click(await screen.findByTitle(text.retry('two.png')));
  await waitFor(() => expect(screen.queryByTitle(text.retry('two.png'))).toBeNull());
  expect(document.activeElement).toBe(row('two.png'));
});

it('stays with the list, or goes to the page, with what is chosen, compared or brought back', async () => {
  await open('3 of 3');
  pick('three.png');
  await click(text.chooseNone);
  expect(document.activeElement).toBe(screen.getByText(text.title));
  pick('three.png');
  await click(text.removeChosen);
  expect(document.activeElement).toBe(h1());
  await click(text.undo);
  expect(document.activeElement).toBe(h1());
  await userEvent.click(await screen.findByTitle(text.compare('one.png')));
  await userEvent.click(await screen.findByText(en.viewer.compare.end));
  expect(document.activeElement).toBe(h1());
});

it('goes to the page when the rest of the list is cancelled', async () => {
  network.mockReset().mockImplementation(() => new Promise(() => undefined));
  network.mockResolvedValueOnce(Response.json(prediction('mild')));
  await open('1 of 3');
  await click(text.cancelAll(2));
  await screen.findByText('3 of 3');
  expect(document.activeElement).toBe(h1());
});

it('goes to the page when a pause is ended', async () => {
  const busy = { type: '/problems/busy', title: 'Busy', status: 503, detail: '', code: 'busy' };
  network
    .mockReset()
    .mockImplementation(async () =>
      Response.json(busy, { status: 503, headers: { 'Retry-After': '60' } }),
    );
  network.mockResolvedValueOnce(Response.json(prediction('mild')));
  await open('1 of 3');
  await waitFor(() => expect(network).toHaveBeenCalledTimes(3));
  network.mockImplementation(() => new Promise(() => undefined));
  await userEvent.click(await screen.findByText(text.goOn));
  await waitFor(() => expect(screen.queryByText(text.goOn)).toBeNull());
  expect(document.activeElement).toBe(h1());
});

const shown = () => FILMS.find((name) => row(name)?.getAttribute('aria-current') === 'true');

it('shows the film whose row has the focus after the one that is shown is removed', async () => {
  await open('3 of 3');
  await userEvent.type(screen.getByLabelText(text.search), 'o');
  await gone('three.png');
  await userEvent.click(row('two.png') as HTMLElement);
  await press(text.remove('two.png'));
  await gone('two.png');
  expect([document.activeElement, shown()]).toEqual([row('one.png'), 'one.png']);
});

it('shows the next film of the list as it is sorted after the chosen ones are removed', async () => {
  await open('3 of 3');
  await userEvent.click(screen.getAllByTitle(text.sortBy)[0] as HTMLElement);
  expect(shown()).toBe('one.png');
  pick('one.png');
  await click(text.removeChosen);
  await gone('one.png');
  expect(shown()).toBe('three.png');
});

it('does not choose again what was chosen when it was removed by its cross', async () => {
  await open('3 of 3');
  pick('three.png');
  await screen.findByText(text.chosen(1));
  await press(text.remove('three.png'));
  await gone('three.png');
  await click(text.undo);
  await waitFor(() => expect(row('three.png')).toBeTruthy());
  expect(screen.queryByText(text.chosen(1))).toBeNull();
});
