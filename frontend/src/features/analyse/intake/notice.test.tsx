import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { LanguageMenu } from '../../../components/LanguageMenu';
import { en } from '../../../i18n/catalogue';
import { LanguageProvider } from '../../../i18n/LanguageProvider';
import { ms } from '../../../i18n/ms';
import { prediction } from '../../../lib/fixtures';
import { AnalysePage } from '../AnalysePage';
import { serveWith } from '../testService';
import { rowId } from '../worklist/films';
// The page fetches it when it is idle; here it must be there.
import '../../../viewer/Workbench';

const skipped = en.worklist.skipped(2);
/** What is read out, each for itself. */
const said = () =>
  [...document.querySelectorAll('p[role=status]')].map(({ textContent }) => textContent);
const shown = (words: string | RegExp) =>
  screen.queryAllByText(words, { selector: 'p:not([role])' });
const film = (id: number) => document.getElementById(rowId(id)) as HTMLElement;

beforeEach(async () => {
  serveWith(async () => Response.json(prediction('mild')));
  render(
    <LanguageProvider initial={{ language: 'en', catalogue: en }}>
      <LanguageMenu />
      <AnalysePage />
    </LanguageProvider>,
  );
});

const inFolder = (path: string) => {
  const made = new File([path], path.split('/').at(-1) ?? '', { type: 'image/png' });
  return Object.defineProperty(made, 'webkitRelativePath', { value: path });
};

async function openFolder() {
  const files = ['a.png', 'b.png', 'notes.txt', 'list.csv'].map((name) => inFolder(`ward/${name}`));
  act(() => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
  await screen.findByText('2 of 2');
  await waitFor(() => expect(film(2)).toBeTruthy());
}
const pasteNothing = () =>
  act(() => {
    fireEvent.paste(window, { clipboardData: { types: ['text/plain'], files: [], items: [] } });
  });

it('is read out once, apart from what came of the film, and ends with another film', async () => {
  await openFolder();
  expect(shown(skipped)).toHaveLength(1);
  expect(said().filter((words) => words?.includes(skipped))).toEqual([skipped]);
  await userEvent.click(film(2));
  await waitFor(() => expect(said().join()).toContain('Result for ward/b.png'));
  expect(shown(skipped)).toHaveLength(0);
  expect(said().join()).not.toContain(skipped);
  // And does not come again with the film that it came with.
  await userEvent.click(film(1));
  await waitFor(() => expect(said().join()).toContain('Result for ward/a.png'));
  expect(shown(skipped)).toHaveLength(0);
});

it('is said in the language that is chosen', async () => {
  await openFolder();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Language' }), 'ms');
  await waitFor(() => expect(shown(ms.worklist.skipped(2))).toHaveLength(1));
  expect(said()).toContain(ms.worklist.skipped(2));
  expect(document.body.textContent).not.toContain(skipped);
});

it('ends when the list is cleared', async () => {
  await openFolder();
  await userEvent.click(screen.getByText(en.worklist.clear));
  expect(document.body.textContent).not.toContain(skipped);
  expect(shown(/^2 films removed from the list\./)).toHaveLength(1);
});

it('is read out of films that were removed, with the way back', async () => {
  await openFolder();
  await userEvent.click(screen.getByText(en.worklist.clear));
  const removed = `${en.worklist.cleared(2)} ${en.worklist.clearedHint}`;
  expect(said()).toContain(removed);
  expect(en.worklist.clearedHint).toContain(en.worklist.undo);
  await userEvent.click(screen.getByText(en.worklist.undo));
  expect(said()).not.toContain(removed);
});

it('stays with the film that is shown, or with none, where nothing was opened', async () => {
  pasteNothing();
  expect(shown(en.worklist.noFile.paste)).toHaveLength(1);
  await openFolder();
  expect(shown(en.worklist.noFile.paste)).toHaveLength(0);
  pasteNothing();
  expect(shown(en.worklist.noFile.paste)).toHaveLength(1);
  expect(shown(skipped)).toHaveLength(0);
  await userEvent.click(film(2));
  expect(shown(en.worklist.noFile.paste)).toHaveLength(0);
});
