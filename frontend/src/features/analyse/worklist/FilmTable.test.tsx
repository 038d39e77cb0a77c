import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import { switchShortcuts, useShortcutKeys, useShortcuts } from '../../../lib/shortcuts';
import { EMPTY, FRESH, type Item, NO_FACTS } from './films';
import type { WorklistStore } from './store';
import { WorklistPanel } from './WorklistPanel';

const NAMES = ['one', 'two', 'three', 'four'];
const { explanation: _, ...graded } = prediction('mild');
const items = NAMES.map(
  (name, id): Item => ({
    ...FRESH,
    ...NO_FACTS,
    id,
    study: { ...study(), name },
    status: 'done',
    graded,
  }),
);

const moved = vi.fn();
const selecting = vi.fn();
const compare = vi.fn();

function Page() {
  const [selected, select] = useState<number | null>(1);
  selecting.mockImplementation(select);
  const store = { select: selecting, compare } as unknown as WorklistStore;
  useShortcutKeys();
  useShortcuts('viewer', [{ action: 'moveFilm', keys: ['ArrowDown', 'ArrowUp'], run: moved }]);
  return (
    <WorklistPanel
      list={{ ...EMPTY, items, selected }}
      store={store}
      wide
      onWide={() => undefined}
      onFiles={() => undefined}
    />
  );
}

const row = (name: string) => screen.getByRole('button', { name });
const focused = () => document.activeElement?.textContent;
const press = (keys: string) => userEvent.keyboard(keys);

beforeEach(() => {
  moved.mockReset();
  compare.mockReset();
  render(<Page />);
  row('two').focus();
});

afterEach(() => switchShortcuts(true));

it('hears its own keys with the shortcuts switched off', async () => {
  act(() => switchShortcuts(false));
  await press('{ArrowDown}');
  expect(focused()).toBe('three');
  await press('{End}');
  expect(focused()).toBe('four');
  await press('{ArrowDown}');
  expect(focused()).toBe('four');
  await press('{Home}{ArrowUp}');
  expect(focused()).toBe('one');
  // What is shown stays until it is asked for.
  expect(row('two').getAttribute('aria-current')).toBe('true');
  expect(moved).not.toHaveBeenCalled();
  // The row's buttons come next, and Tab leads back to it.
  await press('{ArrowDown}{ArrowDown}{Tab}');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Compare with three');
  await press('{Enter}');
  expect(compare).toHaveBeenCalledWith(2);
  await userEvent.tab({ shift: true });
  expect(focused()).toBe('three');
  await press('{Enter}');
  expect(row('three').getAttribute('aria-current')).toBe('true');
  expect(NAMES.filter((name) => row(name).tabIndex === 0)).toEqual(['three']);
});

it('leaves keys that are held with others to the browser', () => {
  act(() => switchShortcuts(false));
  expect(fireEvent.keyDown(row('two'), { key: 'End', ctrlKey: true })).toBe(true);
  expect(focused()).toBe('two');
});

it('leaves the arrows to the film with the shortcuts on: J and K lead through the list', async () => {
  await press('{ArrowDown}');
  expect(focused()).toBe('two');
  expect(moved).toHaveBeenCalledOnce();
  await press('{End}');
  expect(focused()).toBe('two');
  await press('j');
  expect(focused()).toBe('three');
  expect(row('three').getAttribute('aria-current')).toBe('true');
});

it('selects the last film once, however long J is held', async () => {
  selecting.mockClear();
  await press('{j>5/}');
  expect(focused()).toBe('four');
  expect(selecting.mock.calls).toEqual([[2], [3]]);
});
