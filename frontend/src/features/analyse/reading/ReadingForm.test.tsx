import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { prediction, study } from '../../../lib/fixtures';
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
