import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { FIRST_OVERLAY } from '../../../viewer/overlay';
import { saveImage } from '../../../viewer/saveImage';
import { SizeTold } from '../../../viewer/testFilm';
import Compare, { type Side } from './Compare';

// jsdom decodes and draws nothing.
vi.mock('../../../viewer/saveImage', () => ({ saveImage: vi.fn() }));
vi.mock('../../../viewer/useFilm', async () => {
  const { film } = await import('../../../viewer/testFilm');
  return { useFilm: () => ({ status: 'ready', film }) };
});

const text = en.viewer.compare;
const ignore = () => undefined;
const side = (id: number, name: string): Side => ({
  id,
  state: { phase: 'running', study: { name, source: new File([], name) } },
  date: '',
  rejected: name === 'rejected.png',
  caption: [`Caption of ${name}`],
});
const look = vi.fn();
let swap: () => void;
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', SizeTold);
  const compare = (sides: readonly [Side, Side]) => (
    <Compare
      sides={sides}
      overlay={FIRST_OVERLAY}
      stage={{ current: null }}
      onOverlay={ignore}
      onTarget={ignore}
      onLook={look}
      onEnd={ignore}
    />
  );
  const sides = [side(1, 'older.png'), side(2, 'newer.png')] as const;
  const { rerender } = render(compare(sides));
  swap = () => rerender(compare([sides[1], sides[0]]));
});

it('leaves to each film what is its own when a date puts it on the other side', async () => {
  Element.prototype.setPointerCapture = () => undefined;
  const region = (name: string) => within(screen.getByRole('region', { name }));
  await press(text.link);
  fireEvent.pointerDown(screen.getByRole('region', { name: 'newer.png' }));
  await press(en.viewer.tools.rotate);
  await press(en.viewer.tools.invert);
  await press(en.viewer.tools.length);
  const lines = region('newer.png').getByRole('img', { name: 'Nothing measured' });
  const mouse = { pointerId: 1, isPrimary: true, button: 0, clientY: 100 };
  fireEvent.pointerDown(lines, { ...mouse, clientX: 100 });
  fireEvent.pointerMove(lines, { ...mouse, clientX: 500 });
  fireEvent.pointerUp(lines, { ...mouse, clientX: 500 });
  const looks = () =>
    ['older.png', 'newer.png'].map((name) => [
      region(name).queryByText(/Turned/)?.textContent,
      region(name)
        .getByRole('img', { name: /measured$|px$/ })
        .getAttribute('aria-label'),
    ]);
  const before = looks();
  const { turned, inverted } = en.viewer.changes;
  expect(before).toEqual([
    [undefined, 'Nothing measured'],
    [`${turned(90)} · ${inverted}`, '200 px'],
  ]);
  swap();
  const order = screen.getAllByRole('region').map((pane) => pane.getAttribute('aria-label'));
  expect(order).toEqual(['newer.png', 'older.png']);
  expect(looks()).toEqual(before);
  // The toolbar is still of the film that was touched last.
  await press(en.viewer.tools.save);
  expect(vi.mocked(saveImage).mock.lastCall?.[1]).toBe('newer.view.png');
});

it('works the film that is seen of two that lie over one another, not the one touched last', async () => {
  await press(text.link);
  fireEvent.pointerDown(screen.getByRole('region', { name: 'newer.png' }));
  await press(text.over);
  // It stays drawn, and out of reach.
  const under = screen.getByRole('region', { name: 'newer.png' });
  expect(under.hasAttribute('inert')).toBe(true);
  await press(en.viewer.tools.save);
  const [shown, name] = vi.mocked(saveImage).mock.lastCall ?? [];
  expect(name).toBe('older.view.png');
  expect(shown?.caption).toEqual(['Caption of older.png']);
  await press(en.viewer.tools.rotate);
  const older = screen.getByRole('region', { name: 'older.png' });
  expect(older.textContent).toContain(en.viewer.changes.turned(90));
  await press(text.over);
  const newer = screen.getByRole('region', { name: 'newer.png' });
  expect(newer.textContent).not.toContain(en.viewer.changes.turned(90));
});

it('draws the curtain by clicks too, and loses no focus when the curtain goes', async () => {
  await press(text.curtain);
  const at = () => screen.getByRole('separator').getAttribute('aria-valuenow');
  expect(at()).toBe('50');
  await press(text.curtainRight);
  await press(text.curtainRight);
  await press(text.curtainLeft);
  expect(at()).toBe('55');
  for (let click = 0; click < 15; click += 1) {
    await press(text.curtainLeft);
  }
  // Kept within reach.
  expect(at()).toBe('2');
  const curtain = screen.getByRole('button', { name: text.curtain });
  // As its key does, which leaves the focus where it is.
  act(() => curtain.click());
  expect(document.activeElement).toBe(curtain);
});

it('saves with each film what was measured on it, and not on the other', async () => {
  Element.prototype.setPointerCapture = () => undefined;
  await press(en.viewer.tools.length);
  const saved = async (name: string, to: number) => {
    const pane = within(screen.getByRole('region', { name }));
    const lines = pane.getByRole('img', { name: 'Nothing measured' });
    const mouse = { pointerId: 1, isPrimary: true, button: 0, clientY: 100 };
    fireEvent.pointerDown(lines, { ...mouse, clientX: 100 });
    fireEvent.pointerMove(lines, { ...mouse, clientX: to });
    fireEvent.pointerUp(lines, { ...mouse, clientX: to });
    await press(en.viewer.tools.save);
    return vi.mocked(saveImage).mock.lastCall?.[0].lines.map(({ words }) => words);
  };
  expect(await saved('newer.png', 500)).toEqual(['200 px']);
  expect(await saved('older.png', 300)).toEqual(['100 px']);
});

it('names no sides of a film that the gate rejected', () => {
  const ofNewer = () => within(screen.getByRole('region', { name: 'newer.png' }));
  expect(ofNewer().queryByText('R')).toBeTruthy();
  cleanup();
  render(
    <Compare
      sides={[side(1, 'older.png'), side(2, 'rejected.png')]}
      overlay={FIRST_OVERLAY}
      stage={{ current: null }}
      onOverlay={ignore}
      onTarget={ignore}
      onLook={ignore}
      onEnd={ignore}
    />,
  );
  const ofRejected = within(screen.getByRole('region', { name: 'rejected.png' }));
  expect(ofRejected.queryByText('R')).toBeNull();
});

it('tells which film is looked at: the one that is seen, else the one touched last', async () => {
  expect(look).toHaveBeenLastCalledWith(null);
  fireEvent.pointerDown(screen.getByRole('region', { name: 'newer.png' }));
  expect(look).toHaveBeenLastCalledWith(2);
  await press(text.over);
  expect(look).toHaveBeenLastCalledWith(1);
  await press(text.over);
  expect(look).toHaveBeenLastCalledWith(2);
});
