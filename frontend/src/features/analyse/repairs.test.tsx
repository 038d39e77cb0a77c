import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../i18n/catalogue';
import { another } from '../../lib/fixtures';
import { AnalysePage } from './AnalysePage';
import { serveWith } from './testService';
import { rowId } from './worklist/films';
// The page fetches it when it is idle; here it must be there.
import '../../viewer/Workbench';

const repairFilm = vi.hoisted(() => vi.fn<(blob: Blob) => Promise<Blob>>());
vi.mock('../../viewer/decode/decodeFilm', async (original) => ({
  ...(await original<object>()),
  repairFilm,
}));

const text = en.quality.repair;
const code = 'turned-by-180-degrees';
const finding = { code, level: 'reject', message: 'M', value: 1, limit: 0 };
const upsideDown = () => {
  const problem = { type: '/problems/x', title: 'No', status: 422, detail: 'D', code: 'x' };
  return Response.json({ ...problem, findings: [finding] }, { status: 422 });
};
const row = (id: number) => document.getElementById(rowId(id)) as HTMLElement;
const disabled = (words: string) =>
  (screen.getByText(words).closest('button') as HTMLButtonElement).disabled;

/** Films that are upside down as they are opened, and upright once they are turned. */
beforeEach(async () => {
  repairFilm.mockReset();
  let uploads = 0;
  serveWith(async () => {
    uploads += 1;
    return uploads <= 3 ? upsideDown() : Response.json(another('mild'));
  });
  render(<AnalysePage />);
  const files = ['one.png', 'two.png', 'three.png'].map((name) => new File([name], name));
  act(() => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
  await screen.findByText('3 of 3');
  await waitFor(() => expect(row(3)).toBeTruthy());
});

it('says how many of several could not be repaired, also where the film shown was', async () => {
  repairFilm.mockImplementation(async (blob) => {
    if ((await (blob as File).text()) !== 'one.png') {
      throw new Error('no pixels');
    }
    return new Blob(['turned']);
  });
  await userEvent.click(screen.getByText(text.all(3)));
  await waitFor(() => expect(screen.getAllByText(text.failedOf(2))).toHaveLength(2));
  await waitFor(() => expect(document.querySelector('h1')?.textContent).toContain('Mild'));
  // Once to be seen, and once to be heard.
  const roles = screen.getAllByText(text.failedOf(2)).map((told) => told.getAttribute('role'));
  expect(roles.toSorted()).toEqual(['status', null].toSorted());
});

it('begins no second run beside one, and says of a film that it failed when it is back', async () => {
  let fail: () => void = () => undefined;
  repairFilm.mockImplementation(
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error('no pixels'));
      }),
  );
  await userEvent.click(screen.getByText(text.turn));
  await waitFor(() => expect(repairFilm).toHaveBeenCalledOnce());
  await userEvent.click(row(2));
  expect([disabled(text.working), disabled(text.all(3))]).toEqual([true, true]);
  await act(async () => fail());
  await waitFor(() => expect(disabled(text.turn)).toBe(false));
  expect(screen.queryByText(text.failed)).toBeNull();
  await userEvent.click(row(1));
  expect(screen.getByText(text.failed).getAttribute('role')).toBe('alert');
});
