import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { en } from '../i18n/catalogue';
import { prediction, study } from '../lib/fixtures';
import { switchShortcuts, useShortcutKeys } from '../lib/shortcuts';
import { paintHeat } from './drawHeat';
import { FIRST_OVERLAY, type Overlay } from './overlay';
import { saveImage } from './saveImage';
import { SizeTold } from './testFilm';
import Workbench from './Workbench';

// jsdom decodes and draws nothing.
vi.mock('./saveImage', () => ({ saveImage: vi.fn() }));
vi.mock('./drawHeat', async (original) => ({
  ...(await original<typeof import('./drawHeat')>()),
  paintHeat: vi.fn(() => Promise.resolve(() => undefined)),
}));
vi.mock('./useFilm', async () => {
  const { film } = await import('./testFilm');
  return { useFilm: () => ({ status: 'ready', film }) };
});

const result = {
  shown: prediction('mild'),
  target: 'predicted',
  predictions: {},
  pending: null,
  targetFailure: null,
} as const;

let overlay: Overlay;
let onOverlay: (overlay: Overlay) => void;

function Page() {
  const [now, setNow] = useState(FIRST_OVERLAY);
  overlay = now;
  onOverlay = setNow;
  useShortcutKeys();
  return (
    <Workbench
      study={study()}
      date=""
      result={result}
      busy={false}
      overlay={now}
      caption={[]}
      stage={{ current: null }}
      onOverlay={setNow}
      onTarget={() => undefined}
    />
  );
}

/** The window on another screen: what asked for the former one's density is told. */
let moveTo: (ratio: number) => void;

beforeEach(() => {
  const asked = new Map<string, EventTarget>();
  window.devicePixelRatio = 1;
  window.matchMedia = (media) => {
    const list = asked.get(media) ?? new EventTarget();
    asked.set(media, list);
    return Object.assign(list, { matches: false, media }) as MediaQueryList;
  };
  moveTo = (ratio) => {
    const before = asked.get(`(resolution: ${window.devicePixelRatio}dppx)`);
    window.devicePixelRatio = ratio;
    act(() => void before?.dispatchEvent(new Event('change')));
  };
  Element.prototype.setPointerCapture = () => undefined;
  vi.stubGlobal('ResizeObserver', SizeTold);
  render(<Page />);
});

it('hides the map while Space is held, and changes nothing else', () => {
  fireEvent.keyDown(document.body, { key: ' ', code: 'Space' });
  expect(overlay.hidden).toBe(true);
  act(() => onOverlay({ ...overlay, opacity: 20 }));
  // Another key, such as S to save the picture, is let go of.
  fireEvent.keyUp(document.body, { key: 's', code: 'KeyS' });
  fireEvent.keyDown(document.body, { key: ' ', code: 'Space', repeat: true });
  expect(overlay).toEqual({ ...FIRST_OVERLAY, opacity: 20, hidden: true });
  fireEvent.keyUp(document.body, { key: ' ', code: 'Space' });
  expect(overlay).toEqual({ ...FIRST_OVERLAY, opacity: 20 });
  // No key is heard any more.
  act(() => onOverlay({ ...overlay, hidden: true }));
  fireEvent.keyUp(document.body, { key: ' ', code: 'Space' });
  expect(overlay.hidden).toBe(true);
});

it('shows the map again when the window is left with Space held', () => {
  fireEvent.keyDown(document.body, { key: ' ', code: 'Space' });
  fireEvent.blur(window);
  expect(overlay).toEqual(FIRST_OVERLAY);
  // What the system repeats once it is back is no new press.
  fireEvent.keyDown(document.body, { key: ' ', code: 'Space', repeat: true });
  expect(overlay).toEqual(FIRST_OVERLAY);
});

it('saves what was measured with the picture', async () => {
  await userEvent.click(screen.getByRole('button', { name: en.viewer.tools.length }));
  const lines = screen.getByRole('img', { name: 'Nothing measured' });
  const mouse = { pointerId: 1, isPrimary: true, button: 0, clientY: 100 };
  fireEvent.pointerDown(lines, { ...mouse, clientX: 100 });
  fireEvent.pointerMove(lines, { ...mouse, clientX: 500 });
  fireEvent.pointerUp(lines, { ...mouse, clientX: 500 });
  await userEvent.click(screen.getByRole('button', { name: 'Save the picture as shown' }));
  const [shown] = vi.mocked(saveImage).mock.lastCall ?? [];
  // The film's 400 pixels fill the screen's 800.
  expect(shown?.lines.map(({ words }) => words)).toEqual(['200 px']);
  await userEvent.click(screen.getByRole('button', { name: en.viewer.tools.reset }));
  expect(screen.getByRole('img', { name: 'Nothing measured' })).toBeTruthy();
});

it('gives up a line that was begun by a click when another tool is taken', async () => {
  const lines = () => screen.getByRole('img', { name: /measured$|px$/ });
  const take = (name: string) => userEvent.click(screen.getByRole('button', { name }));
  const mouse = { pointerId: 1, isPrimary: true, button: 0, clientY: 100 };
  await take(en.viewer.tools.length);
  fireEvent.pointerDown(lines(), { ...mouse, clientX: 100 });
  fireEvent.pointerUp(lines(), { ...mouse, clientX: 100 });
  fireEvent.pointerMove(lines(), { ...mouse, clientX: 500 });
  expect(lines().getAttribute('aria-label')).toBe('200 px');
  await take(en.viewer.tools.pan);
  await take(en.viewer.tools.length);
  fireEvent.pointerMove(lines(), { ...mouse, clientX: 500 });
  expect(lines().getAttribute('aria-label')).toBe('Nothing measured');
});

it('says so where the picture cannot be saved, until it can', async () => {
  const save = () => userEvent.click(screen.getByRole('button', { name: en.viewer.tools.save }));
  vi.mocked(saveImage).mockRejectedValueOnce(new Error('no canvas'));
  await save();
  expect((await screen.findByRole('alert')).textContent).toBe(en.viewer.unsaved);
  await save();
  expect(screen.queryByRole('alert')).toBeNull();
});

it('saves nothing of a film that is out of sight, as behind a list that has its room', async () => {
  vi.mocked(saveImage).mockClear();
  Object.defineProperty(Element.prototype, 'clientWidth', { configurable: true, value: 0 });
  fireEvent.keyDown(document.body, { key: 's' });
  expect(saveImage).not.toHaveBeenCalled();
});

it('says so where the map cannot be drawn, until it can', async () => {
  await waitFor(() => expect(document.querySelector('[data-drawn="true"]')).toBeTruthy());
  expect(screen.queryByRole('alert')).toBeNull();
  // As where the script for its lines is no longer there.
  vi.mocked(paintHeat).mockRejectedValueOnce(new TypeError('Failed to fetch'));
  act(() => onOverlay({ ...overlay, style: 'contours' }));
  expect((await screen.findByRole('alert')).textContent).toBe(en.viewer.unpainted);
  expect(document.querySelector('[data-drawn="true"]')).toBeNull();
  act(() => onOverlay({ ...overlay, style: 'heat' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(document.querySelector('[data-drawn="true"]')).toBeTruthy();
});

it('draws the film anew on a screen of another density', async () => {
  const widths = () => [...document.querySelectorAll('canvas')].map(({ width }) => width);
  await userEvent.click(screen.getByRole('button', { name: en.viewer.tools.lens }));
  // Film, heat and magnifying glass; the legend is as wide as its colours.
  expect(widths()).toEqual(expect.arrayContaining([800, 800, 220]));
  for (const ratio of [2, 1]) {
    moveTo(ratio);
    expect(widths().filter((width) => width === 800 * ratio)).toHaveLength(2);
    expect(widths()).toContain(220 * ratio);
  }
});

it('draws the film for the sheet while it is printed, with what lies on it', () => {
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = () => null;
    },
  );
  const sizes = () => {
    const { width, height } = screen.getByRole<HTMLCanvasElement>('img', { name: /^Radiograph/ });
    const lines = screen.getByRole('img', { name: 'Nothing measured' });
    return [width / height, lines.getAttribute('viewBox')];
  };
  expect(sizes()).toEqual([1, '0 0 800 800']);
  fireEvent(window, new Event('beforeprint'));
  expect(sizes()).toEqual([672 / 356, '0 0 672 356']);
  fireEvent(window, new Event('afterprint'));
  expect(sizes()).toEqual([1, '0 0 800 800']);
});

it('draws for the sheet a film that is not on the screen just then, too', () => {
  cleanup();
  // As of an element that is not displayed.
  vi.stubGlobal(
    'ResizeObserver',
    class extends SizeTold {
      override observe = () => undefined;
    },
  );
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = () => null;
    },
  );
  render(<Page />);
  expect(screen.queryByRole('img', { name: /^Radiograph/ })).toBeNull();
  fireEvent(window, new Event('beforeprint'));
  const { width, height } = screen.getByRole<HTMLCanvasElement>('img', { name: /^Radiograph/ });
  expect([width, height]).toEqual([672 * 3, 356 * 3]);
  fireEvent(window, new Event('afterprint'));
});

describe('with the shortcuts switched off', () => {
  beforeEach(() => act(() => switchShortcuts(false)));
  afterEach(() => act(() => switchShortcuts(true)));

  it('hears the keys of the film where that has the focus, and says which', () => {
    const film = screen.getByRole('application');
    const help = film.getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(help)?.textContent).toBe(en.viewer.keysOnFocus);
    const looks = () => [
      screen.getByText(/^L -?\d+ W \d+$/).textContent,
      film.querySelector('polygon')?.getAttribute('points'),
      overlay.hidden,
    ];
    act(() => onOverlay({ ...overlay, zones: true }));
    let before = looks();
    const keys = [
      { key: 'ArrowLeft' },
      { key: 'ArrowLeft', shiftKey: true },
      { key: '+' },
      { key: '-' },
      { key: ' ', code: 'Space' },
    ];
    for (const key of keys) {
      fireEvent.keyDown(document.body, key);
      expect(looks()).toEqual(before);
      fireEvent.keyDown(film, key);
      expect(looks()).not.toEqual(before);
      before = looks();
    }
    fireEvent.keyUp(film, { key: ' ', code: 'Space' });
    before = looks();
    // Letters and digits are what speech sets off.
    for (const key of ['r', 'h', 'i', 'z', '4', '0']) {
      fireEvent.keyDown(film, { key });
      expect(looks()).toEqual(before);
    }
  });
});
