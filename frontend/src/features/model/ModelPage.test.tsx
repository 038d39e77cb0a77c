import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { en } from '../../i18n/catalogue';
import { holdKey } from '../../lib/apiKey';
import { model } from '../../lib/fixtures';
import ModelPage from './ModelPage';

// The figures need all of a version's evaluation; here it is the card alone.
vi.mock('./Confusion', () => ({ Confusion: () => null }));
vi.mock('./Coverage', () => ({ Coverage: () => null }));
vi.mock('./DataAndLimits', () => ({ DataAndLimits: () => null }));
vi.mock('./MetricsTable', () => ({ MetricsTable: () => null }));
vi.mock('./Reliability', () => ({ Reliability: () => null }));
vi.mock('./Subgroups', () => ({ Subgroups: () => null }));

const script = vi.hoisted(() => ({ lost: 0 }));
vi.mock('./Card', (original) => {
  if (script.lost > 0) {
    script.lost -= 1;
    throw new TypeError('Failed to fetch dynamically imported module');
  }
  return original();
});

const text = en.model;
const card = vi.fn<() => Response>();
const retry = () => userEvent.click(screen.getByRole('button', { name: en.shared.retry }));

const evaluation = { calibration: {}, selective: {}, conformal: {} };
const told = (version: string) => {
  const { metrics, manifest } = model();
  const named = { ...manifest, name: 'cxr-severity', version, evaluation };
  return { metrics, manifest: named, card: `/models/${version}/card` };
};

beforeEach(() => {
  script.lost = 0;
  card.mockReset().mockImplementation(() => new Response('# About this version'));
  vi.stubGlobal('fetch', ({ url }: Request) => {
    const { pathname } = new URL(url);
    return pathname.endsWith('/card')
      ? card()
      : Response.json(told(pathname.split('/').at(-1) ?? ''));
  });
  // React logs what a boundary caught.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const open = async (version: string) => {
  const page = render(<ModelPage version={version} />);
  await userEvent.click(await screen.findByRole('button', { name: text.sections.card }));
  return page;
};

it('shows the card whose script was lost once it is asked for again', async () => {
  script.lost = 1;
  await open('1.0.0');
  expect((await screen.findByRole('alert')).textContent).toContain(en.app.unloaded.title);
  await retry();
  await screen.findByRole('heading', { name: 'About this version' });
});

it('shows a card that could not be loaded once it is asked for again, and that of another version', async () => {
  card.mockImplementationOnce(() => new Response(null, { status: 503 }));
  const { rerender } = await open('1.1.0');
  expect((await screen.findByRole('alert')).textContent).toContain(text.cardFailed);
  await retry();
  await screen.findByRole('heading', { name: 'About this version' });
  expect(screen.queryByRole('alert')).toBeNull();
  card.mockImplementationOnce(() => new Response(null, { status: 503 }));
  rerender(<ModelPage version="1.2.0" />);
  await userEvent.click(await screen.findByRole('button', { name: text.sections.card }));
  await screen.findByRole('alert');
  rerender(<ModelPage version="1.1.0" />);
  await screen.findByRole('heading', { name: 'About this version' });
  expect(screen.queryByRole('alert')).toBeNull();
});

it('has what a link leads to saved where a key is held, which no link shows', async () => {
  holdKey('cxr_good');
  onTestFinished(() => holdKey(null));
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push(this.download);
  });
  render(<ModelPage version="1.1.0" />);
  const leave = (link: Element) =>
    link.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  expect(leave(await screen.findByRole('link', { name: text.rawCard }))).toBe(false);
  await expect.poll(() => saved).toEqual(['1.1.0.md']);
  expect(leave(screen.getByRole('link', { name: text.rawManifest }))).toBe(false);
  await expect.poll(() => saved).toEqual(['1.1.0.md', '1.1.0.json']);
});
