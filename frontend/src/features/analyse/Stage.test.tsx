import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../i18n/catalogue';
import { prediction } from '../../lib/fixtures';
import { SizeTold } from '../../viewer/testFilm';
import { AnalysePage } from './AnalysePage';
import { serveWith } from './testService';
// The page fetches it when it is idle; here it must be there.
import '../../viewer/Workbench';

// jsdom decodes nothing.
vi.mock('../../viewer/useFilm', async () => {
  const { film } = await import('../../viewer/testFilm');
  return { useFilm: () => ({ status: 'ready', film }) };
});

const text = en.reading;
const network = vi.fn<() => Promise<Response>>();
const heading = () => screen.getByRole('heading', { level: 1 });
const readings = () => screen.queryByRole('region', { name: text.title });
const grade = (name: string) => within(readings() as HTMLElement).getByRole('button', { name });
const take = () => userEvent.click(screen.getByText(text.clear));

/** An answer that comes when it is told to. */
function awaited() {
  let answer: (response: Response) => void = () => undefined;
  let fail: () => void = () => undefined;
  network.mockReturnValueOnce(
    new Promise((resolve, reject) => {
      answer = resolve;
      fail = () => reject(new TypeError('Failed to fetch'));
    }),
  );
  return { answer, fail };
}

async function choose(...names: string[]) {
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  const files = names.map((name) => new File([name], name, { type: 'image/png' }));
  await userEvent.upload(input as HTMLInputElement, files);
}

beforeEach(() => {
  network.mockReset().mockImplementation(() => new Promise(() => undefined));
  vi.stubGlobal('ResizeObserver', SizeTold);
  serveWith(network);
  render(<AnalysePage />);
});

it('leaves film and reading as they are when the way to the service fails and is there again', async () => {
  const { fail } = awaited();
  await choose('one.png');
  await userEvent.click(await screen.findByRole('button', { name: en.viewer.tools.rotate }));
  const turned = en.viewer.changes.turned(90);
  const comment = screen.getByLabelText<HTMLTextAreaElement>(text.comment);
  await userEvent.type(comment, 'no ');
  act(fail);
  await screen.findByRole('alert');
  // Whoever types goes on typing: these letters are shortcuts elsewhere.
  expect(document.activeElement).toBe(comment);
  await userEvent.keyboard('mishap');
  expect(screen.getByLabelText(text.comment)).toBe(comment);
  expect(comment.value).toBe('no mishap');
  expect(screen.getByText(turned)).toBeTruthy();
  network.mockResolvedValueOnce(Response.json(prediction('mild')));
  await userEvent.click(screen.getByRole('button', { name: en.shared.retry }));
  await waitFor(() => expect(heading().textContent).toContain('Mild'));
  expect(screen.getByText(turned)).toBeTruthy();
  expect(comment.value).toBe('no mishap');
});

it('shows what was read of a film that was cancelled, and lets it be taken back', async () => {
  await choose('one.png', 'two.png');
  await userEvent.click(grade('Mild'));
  await userEvent.click(screen.getByRole('button', { name: en.shared.cancel }));
  await screen.findByRole('alert');
  expect(grade('Mild').getAttribute('aria-pressed')).toBe('true');
  await take();
  expect(grade('Mild').getAttribute('aria-pressed')).toBe('false');
});

it('shows what was read of a file that is no film for as long as there is something', async () => {
  const { answer } = awaited();
  await choose('notes.png');
  await userEvent.click(grade('Mild'));
  const problem = { title: 'No image', status: 422, code: 'not-an-image' };
  act(() => answer(Response.json(problem, { status: 422 })));
  await screen.findByRole('alert');
  expect(grade('Mild').getAttribute('aria-pressed')).toBe('true');
  await take();
  expect(readings()).toBeNull();
  expect(document.activeElement).toBe(heading());
});

it('says that the only film was cancelled, and brings it back', async () => {
  await choose('one.png');
  await userEvent.click(grade('Severe'));
  await userEvent.click(screen.getByRole('button', { name: en.shared.cancel }));
  const undo = screen.getByRole('button', { name: en.worklist.undo });
  expect(undo.parentElement?.textContent).toContain(en.analyse.cancelled);
  await userEvent.click(undo);
  expect(heading().textContent).toContain(en.analyse.running.title);
  expect(document.activeElement).toBe(heading());
  expect(grade('Severe').getAttribute('aria-pressed')).toBe('true');
});
