import { render } from '@testing-library/react';
import { useRef } from 'react';
import { expect, it, vi } from 'vitest';
import { PageShown } from '../../lib/shortcuts';
import { useArrival } from './useArrival';

function Page({ phase }: { phase: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(phase, heading);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {phase}
    </h1>
  );
}

const page = (phase: string, shown: boolean) => (
  <PageShown value={shown}>
    <Page phase={phase} />
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
