import { act, fireEvent, render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { study } from '../../../lib/fixtures';
import { EMPTY, FRESH, type Item, NO_FACTS, rowId } from './films';
import type { WorklistStore } from './store';
import { WorklistPanel } from './WorklistPanel';

const items = Array.from(
  { length: 300 },
  (_, id): Item => ({ ...FRESH, ...NO_FACTS, id, study: study(`film ${id}`), status: 'failed' }),
);

function shown(selected: number) {
  const ignore = () => undefined;
  render(
    <WorklistPanel
      list={{ ...EMPTY, items, selected }}
      store={{ select: ignore } as unknown as WorklistStore}
      wide
      onWide={ignore}
      onFiles={ignore}
    />,
  );
  const table = document.querySelector('table') as HTMLTableElement;
  const order = () => [...table.rows].map((row) => Number(row.getAttribute('aria-rowindex')));
  const scroll = (top: number) => {
    const box = table.parentElement as HTMLElement;
    box.scrollTop = top;
    fireEvent.scroll(box);
  };
  return { order, scroll };
}
const row = (id: number) => document.getElementById(rowId(id));

it('keeps the row that Tab leads to, however far it is scrolled away', () => {
  const { order } = shown(250);
  expect(order().length).toBeLessThan(80);
  expect(row(250)?.tabIndex).toBe(0);
  expect(order()).toEqual(order().toSorted((one, other) => one - other));
});

it('keeps the row that has the focus, though it is not the film that is shown', () => {
  const { scroll } = shown(0);
  act(() => row(5)?.focus());
  scroll(250 * 28);
  expect(row(2)).toBeNull();
  expect(document.activeElement?.id).toBe(rowId(5));
  expect(row(5)?.tabIndex).toBe(0);
});
