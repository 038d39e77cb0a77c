import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { matches } from './keys';
import {
  heardOnFocus,
  PageShown,
  type Shortcut,
  shortcutsInUse,
  switchShortcuts,
  useShortcutKeys,
  useShortcuts,
  useShortcutsOn,
} from './shortcuts';

const run = vi.fn();

afterEach(() => {
  run.mockReset();
  localStorage.clear();
});

function Page({ shown = true, shortcuts }: { shown?: boolean; shortcuts: readonly Shortcut[] }) {
  useShortcutKeys();
  return (
    <PageShown value={shown}>
      <Part shortcuts={shortcuts} />
    </PageShown>
  );
}

function Part({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  useShortcuts('page', shortcuts);
  return (
    <>
      <input aria-label="text" />
      <input type="range" aria-label="range" />
      <button type="button">button</button>
      <select aria-label="menu">
        <option value="lungs">Lungs</option>
        <option value="full">Full range</option>
      </select>
    </>
  );
}

const open: Shortcut = { action: 'open', keys: ['o', 'ArrowRight', 'Enter'], run };

it.each([
  ['o', { key: 'o' }, true],
  ['o', { key: 'O', shiftKey: true }, false],
  ['o', { key: 'o', ctrlKey: true }, false],
  ['?', { key: '?', shiftKey: true }, true],
  ['+', { key: '+', shiftKey: true }, true],
  ['Shift+ArrowUp', { key: 'ArrowUp', shiftKey: true }, true],
  ['Shift+ArrowUp', { key: 'ArrowUp' }, false],
  ['Control+Enter', { key: 'Enter', metaKey: true }, true],
])('%s and %j: %s', (pattern, init, expected) => {
  expect(matches(new KeyboardEvent('keydown', init), pattern)).toBe(expected);
});

it('leaves a key to the element that needs it', async () => {
  render(<Page shortcuts={[open]} />);
  await userEvent.click(screen.getByLabelText('text'));
  await userEvent.keyboard('o');
  screen.getByLabelText('range').focus();
  await userEvent.keyboard('{ArrowRight}');
  screen.getByRole('button').focus();
  await userEvent.keyboard('{Enter}');
  expect(run).not.toHaveBeenCalled();
  await userEvent.keyboard('o{ArrowRight}');
  expect(run).toHaveBeenCalledTimes(2);
});

it('has its keys back from a menu that a pointer chose from, and leaves it to whoever has keys alone', async () => {
  render(<Page shortcuts={[open]} />);
  const menu = screen.getByLabelText('menu');
  const choose = (value: string) => fireEvent.change(menu, { target: { value } });
  menu.focus();
  fireEvent.pointerDown(menu);
  choose('full');
  expect(document.activeElement).toBe(document.body);
  await userEvent.keyboard('o');
  expect(run).toHaveBeenCalledOnce();
  menu.focus();
  fireEvent.pointerDown(menu);
  fireEvent.keyDown(menu, { key: 'ArrowUp' });
  choose('lungs');
  expect(document.activeElement).toBe(menu);
  await userEvent.keyboard('o');
  expect(run).toHaveBeenCalledOnce();
});

it('takes a key that is held for one press, but where it leads on', () => {
  const step: Shortcut = { action: 'moveFilm', keys: ['j'], held: true, run };
  render(<Page shortcuts={[open, step]} />);
  fireEvent.keyDown(document.body, { key: 'o' });
  // It is still no key of the browser's.
  expect(fireEvent.keyDown(document.body, { key: 'o', repeat: true })).toBe(false);
  expect(run).toHaveBeenCalledOnce();
  fireEvent.keyDown(document.body, { key: 'j' });
  fireEvent.keyDown(document.body, { key: 'j', repeat: true });
  expect(run).toHaveBeenCalledTimes(3);
});

it('is silent on a page that is not shown, and when switched off', async () => {
  const { rerender } = render(<Page shown={false} shortcuts={[open]} />);
  await userEvent.keyboard('o');
  expect(shortcutsInUse().size).toBe(0);
  rerender(<Page shortcuts={[open]} />);
  expect(shortcutsInUse().get('page')).toEqual([open]);
  switchShortcuts(false);
  await userEvent.keyboard('o');
  expect(run).not.toHaveBeenCalled();
  switchShortcuts(true);
  await userEvent.keyboard('o');
  expect(run).toHaveBeenCalledOnce();
});

it('is silent when switched off although nothing can be stored', async () => {
  render(<Page shortcuts={[open]} />);
  const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  switchShortcuts(false);
  await userEvent.keyboard('o');
  expect(run).not.toHaveBeenCalled();
  full.mockRestore();
  switchShortcuts(true);
});

it('lets what has the focus hear its own keys when switched off, and those alone', async () => {
  const move: Shortcut = { action: 'moveFilm', keys: ['ArrowRight'], run };
  function Film() {
    useShortcutKeys();
    useShortcuts('viewer', [move, open]);
    return (
      <div role="application" tabIndex={-1} {...heardOnFocus('moveFilm')}>
        <p>{useShortcutsOn() ? 'letters' : 'no letters'}</p>
      </div>
    );
  }
  render(<Film />);
  act(() => switchShortcuts(false));
  expect(screen.getByText('no letters')).toBeTruthy();
  await userEvent.keyboard('{ArrowRight}');
  expect(run).not.toHaveBeenCalled();
  screen.getByRole('application').focus();
  await userEvent.keyboard('o{ArrowRight}');
  expect(run).toHaveBeenCalledOnce();
  act(() => switchShortcuts(true));
  await userEvent.keyboard('{ArrowRight}');
  expect(run).toHaveBeenCalledTimes(2);
});
