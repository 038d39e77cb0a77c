import { render, screen } from '@testing-library/react';
import { useRef } from 'react';
import { expect, it, vi } from 'vitest';
import { PageShown } from '../../lib/shortcuts';
import { useArrival } from './useArrival';

function Page({ phase, films }: { phase: string; films: number }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(phase, String(films), heading);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {phase}
      </h1>
      {films > 1 && <button type="button">Remove</button>}
      <button type="button">Add</button>
    </>
  );
}

const page = (phase: string, shown: boolean, films = 1) => (
  <PageShown value={shown}>
    <Page phase={phase} films={films} />
  </PageShown>
);

it('scrolls to what was opened, and gives the lost focus to the heading', () => {
  const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
  const { rerender, container } = render(page('empty', true));
  expect(scroll).not.toHaveBeenCalled();
  rerender(page('running', true));
  expect(scroll).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(container.querySelector('h1'));
  rerender(page('done', true));
  expect(scroll).toHaveBeenCalledOnce();
});

it('leaves another page that is shown where it is, also on the way back', () => {
  const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
  const { rerender } = render(page('failed', false));
  rerender(page('running', false));
  expect(document.activeElement).toBe(document.body);
  rerender(page('running', true));
  expect(scroll).not.toHaveBeenCalled();
});

it('gives the focus to the heading when it vanished with a button, and leaves it where it is else', () => {
  const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
  const { rerender, container } = render(page('running', true, 2));
  screen.getByRole('button', { name: 'Remove' }).focus();
  rerender(page('running', true, 1));
  expect(document.activeElement).toBe(container.querySelector('h1'));
  screen.getByRole('button', { name: 'Add' }).focus();
  rerender(page('running', true, 2));
  expect(document.activeElement?.textContent).toBe('Add');
  // Nothing was opened.
  expect(scroll).not.toHaveBeenCalled();
});
