import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../i18n/catalogue';
import { limits, prediction } from '../../lib/fixtures';
import { AnalysePage } from './AnalysePage';
// The page fetches it when it is idle; here it must be there.
import '../../viewer/Viewer';

const network = vi.fn<() => Promise<Response>>();
const never = () => new Promise<Response>(() => undefined);
const heading = () => screen.getByRole('heading', { level: 1 }).textContent;

async function choose(...names: string[]) {
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  const files = names.map((name) => new File([name], name, { type: 'image/png' }));
  await userEvent.upload(input as HTMLInputElement, files);
}

beforeEach(() => {
  network.mockReset().mockImplementation(never);
  vi.stubGlobal('fetch', (request: Request) =>
    new URL(request.url).pathname === '/limits' ? Response.json(limits) : network(),
  );
  render(<AnalysePage />);
});

it('leaves a film that waits for the service as it is while it is tried again', async () => {
  network.mockRejectedValueOnce(new TypeError('Failed to fetch'));
  await choose('one.png');
  const alert = await screen.findByRole('alert');
  const film = await screen.findByRole('region', { name: en.viewer.region });
  const drawn = film.querySelector('[data-film]');
  const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
  // The first pause is of two seconds.
  await waitFor(() => expect(network).toHaveBeenCalledTimes(2), { timeout: 20_000 });
  expect(screen.getByRole('alert')).toBe(alert);
  expect(film.querySelector('[data-film]')).toBe(drawn);
  expect(scroll).not.toHaveBeenCalled();
  // Who asks for another try is shown that there is one.
  await userEvent.click(screen.getByRole('button', { name: en.shared.retry }));
  expect(heading()).toContain('Analysing');
  expect(network).toHaveBeenCalledTimes(2);
});

it('shows that a film is graded to whoever ends the pause, and takes the focus there', async () => {
  network.mockRejectedValueOnce(new TypeError('Failed to fetch'));
  await choose('one.png');
  // By its words: roles are slow to find in all that is on the page, and the pause is short.
  await userEvent.click(await screen.findByText(en.worklist.goOn));
  expect(heading()).toContain('Analysing');
  expect(document.activeElement).toBe(screen.getByRole('heading', { level: 1 }));
});

it('says that a film of several was cancelled, and grades it when told to', async () => {
  await choose('one.png', 'two.png');
  await waitFor(() => expect(network).toHaveBeenCalledTimes(2));
  await userEvent.click(screen.getByRole('button', { name: en.shared.cancel }));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain(en.failures.words.cancelled.title);
  expect(heading()).toBe(en.analyse.failed.title);
  network.mockResolvedValueOnce(Response.json(prediction('mild')));
  await userEvent.click(screen.getByRole('button', { name: en.shared.retry }));
  await waitFor(() => expect(heading()).toContain('Mild'));
});

it('says why the only film that is left is not sent, and sends it when told to', async () => {
  const busy = { type: '/problems/busy', title: 'Busy', status: 503, detail: '', code: 'busy' };
  network.mockImplementation(async () =>
    Response.json(busy, { status: 503, headers: { 'Retry-After': '60' } }),
  );
  await choose('one.png');
  await screen.findByRole('alert');
  // It comes while the queue rests, and the film that the queue rests for goes.
  await choose('two.png');
  expect(heading()).toContain('Analysing');
  await userEvent.click(await screen.findByTitle(en.worklist.cancel('one.png')));
  await userEvent.click(await screen.findByTitle(en.worklist.remove('one.png')));
  await waitFor(() => expect(screen.queryByRole('region', { name: en.worklist.title })).toBeNull());
  expect(network).toHaveBeenCalledOnce();
  expect(heading()).toContain('Analysing');
  expect(screen.getByText(en.failures.words.busy.title)).toBeTruthy();
  expect(screen.getByText(/^The queue goes on in \d+ seconds\.$/)).toBeTruthy();
  network.mockResolvedValueOnce(Response.json(prediction('mild')));
  await userEvent.click(screen.getByText(en.worklist.goOn));
  await waitFor(() => expect(heading()).toContain('Mild'));
  expect(screen.queryByText(en.worklist.goOn)).toBeNull();
});
