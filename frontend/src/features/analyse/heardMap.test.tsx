import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../i18n/catalogue';
import { limits, model, prediction } from '../../lib/fixtures';
import type { Subject } from '../../lib/prediction';
import { AnalysePage } from './AnalysePage';
// The page fetches them when it is idle; here they must be there.
import './compare/Compare';
import '../../viewer/Workbench';

const NAMES = ['first.png', 'second.png'];
let judged: number;
/** Of a version that has the Grad-CAM alone: the first film is mild, and the second one severe. */
async function judge({ url }: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(url);
  if (pathname !== '/predict') {
    return Response.json(pathname === '/limits' ? limits : model());
  }
  judged += 1;
  const severity = judged === 1 ? 'mild' : 'severe';
  const target = searchParams.get('target') ?? 'predicted';
  const graded = prediction(severity, target === 'predicted' ? severity : (target as Subject));
  const explain = searchParams.get('explain') !== 'false';
  return Response.json(explain ? graded : { ...graded, explanation: null });
}

/** All that the map's live region says, one after the other; the same once more where it went. */
let heard: string[];
function listen() {
  heard = [];
  let last = '';
  const hear = () => {
    const regions = [...document.querySelectorAll('p[aria-live="polite"]')];
    const words =
      regions.find(({ textContent }) => /heatmap/i.test(textContent))?.textContent ?? '';
    if (words !== last && words !== '') {
      heard.push(words);
    }
    last = words;
  };
  const changes = { childList: true, characterData: true, subtree: true };
  new MutationObserver(hear).observe(document.body, changes);
}

const explaining = () =>
  waitFor(() => expect(document.querySelector('[aria-busy="true"]')).toBeNull());
const choose = (name: string) => userEvent.click(screen.getByRole('radio', { name, hidden: true }));

beforeEach(async () => {
  judged = 0;
  vi.stubGlobal('fetch', judge);
  listen();
  render(<AnalysePage />);
  const files = NAMES.map((name) => new File([name], name, { type: 'image/png' }));
  act(() => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
  await screen.findByText('2 of 2');
  // jsdom decodes nothing: the service's pictures stand in for the films.
  await screen.findByText(new RegExp(`^${en.viewer.notShown}`));
  await screen.findByTitle('Compare with second.png');
});

it('says of a map only what was chosen, once for each choice, with one film or two', async () => {
  await userEvent.click(screen.getByRole('button', { name: 'second.png' }));
  await explaining();
  // Of a film that is graded already, the map comes by itself.
  expect(heard).toEqual([]);
  await choose('Mild');
  await explaining();
  await choose('Predicted');
  expect(heard).toEqual([en.viewer.announceTarget('mild'), en.viewer.announceTarget('severe')]);
  await userEvent.click(await screen.findByTitle('Compare with first.png'));
  await screen.findByText(en.viewer.compare.title);
  const touchEach = async () => {
    for (const name of ['first.png', 'second.png', 'first.png', 'second.png']) {
      fireEvent.pointerDown(screen.getByRole('region', { name }));
      await explaining();
    }
  };
  await touchEach();
  // Another film's map is another one, and nothing has changed on the screen.
  expect(heard).toHaveLength(2);
  await choose('Moderate');
  await explaining();
  await touchEach();
  expect(heard.slice(2)).toEqual([en.viewer.announceTarget('moderate')]);
});
