import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { prediction, study } from '../../../lib/fixtures';
import { blinded } from '../worklist/blind';
import { itemOf } from '../worklist/films';
import { WorklistStore } from '../worklist/store';
import { ReadingForm } from './ReadingForm';

it('folds nothing away when blind scoring ends, and opens when it begins', () => {
  const store = new WorklistStore(async () => ({ ok: true, value: prediction('mild') }));
  const [id = 0] = store.add([study()]);
  const form = (blind: boolean) => {
    const item = itemOf(store.snapshot(), id);
    return item ? <ReadingForm item={item} blind={blind} store={store} /> : null;
  };
  const { container, rerender } = render(form(true));
  const more = container.querySelector('details') as HTMLDetailsElement;
  expect(more.open).toBe(true);
  const comment = screen.getByRole('textbox', { name: en.reading.comment });
  comment.focus();
  rerender(form(false));
  expect(more.open).toBe(true);
  expect(document.activeElement).toBe(comment);
  // A person folds it, and it stays so until it is needed.
  more.open = false;
  fireEvent(more, new Event('toggle'));
  rerender(form(false));
  expect(more.open).toBe(false);
  rerender(form(true));
  expect(more.open).toBe(true);
});

async function scoring(blind: boolean) {
  const store = new WorklistStore(async () => ({ ok: true, value: prediction('mild') }));
  store.hideResults(blind);
  const [id = 0] = store.add([study()]);
  await expect.poll(() => itemOf(store.snapshot(), id)?.graded).toBeTruthy();
  const form = () => {
    const item = itemOf(blinded(store.snapshot()), id);
    return item ? <ReadingForm item={item} blind={true} store={store} /> : null;
  };
  const { rerender } = render(form());
  act(() => void store.subscribe(() => rerender(form())));
  const reading = () => itemOf(store.snapshot(), id)?.reading;
  const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
  return { store, id, reading, press };
}

it('takes one slip back alone, by pressing it again', async () => {
  const { reading, press } = await scoring(false);
  const score = (zone: string, value: number) =>
    screen.getByRole('group', { name: new RegExp(`zone ${zone}`) }).querySelectorAll('input')[
      value
    ] as HTMLInputElement;
  await press('Mild');
  await userEvent.click(score('A', 0));
  await userEvent.click(score('B', 2));
  expect(reading()).toMatchObject({ grade: 'mild', zones: { A: 0, B: 2 } });
  await userEvent.click(score('A', 0));
  expect(reading()).toMatchObject({ grade: 'mild', zones: { B: 2 } });
  expect(reading()?.zones).not.toHaveProperty('A');
  expect(score('A', 0).checked).toBe(false);
  await userEvent.click(score('B', 3));
  expect(reading()?.zones).toEqual({ B: 3 });
  await userEvent.keyboard('{Delete}');
  expect(reading()?.zones).toEqual({});
  await press('Mild');
  expect(reading()?.grade).toBeNull();
  await press('Severe');
  expect(reading()?.grade).toBe('severe');
});

it('confirms a grade that was given blind where it is pressed with the result open', async () => {
  const { store, id, reading, press } = await scoring(true);
  await press('Mild');
  await press('Mild');
  expect(reading()?.grade).toBeNull();
  await press('Mild');
  act(() => store.reveal(id));
  await press('Mild');
  await press(en.reading.agree);
  expect(reading()).toMatchObject({ grade: 'mild', blind: true });
});
