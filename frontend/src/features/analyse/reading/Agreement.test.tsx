import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { another, study } from '../../../lib/fixtures';
import type { Severity } from '../../../lib/prediction';
import { FRESH, type Item, NO_FACTS } from '../worklist/films';
import { Agreement } from './Agreement';

function film(id: number, grade: Severity, model: Severity): Item {
  const { explanation: _, ...graded } = another(model);
  const reading = { grade, zones: {}, comment: '', blind: true, at: '' };
  return { ...FRESH, ...NO_FACTS, id, study: study(), status: 'done', graded, reading };
}
const told = (items: readonly Item[]) => {
  const { unmount } = render(<Agreement items={items} />);
  const text = screen.getByRole('status').textContent;
  unmount();
  return text;
};

it('tells how many films are alike, and a kappa only of enough of them', () => {
  expect(told([film(1, 'mild', 'severe')])).toBe(
    'You and the model: 1 film, the same grade in 0. All blind.',
  );
  const five = [1, 2, 3, 4, 5].map((id) => {
    const grade = id % 2 === 0 ? 'mild' : 'severe';
    return film(id, grade, grade);
  });
  expect(told(five)).toContain('5 films, the same grade in 5, weighted kappa 1.00.');
});

it('leaves out what was graded although it was not fit', () => {
  const { graded, ...rest } = film(1, 'severe', 'mild');
  const unfit = graded && { ...graded, quality: { accepted: false, findings: [] } };
  expect(told([{ ...rest, graded: unfit }, film(2, 'mild', 'mild')])).toBe(
    'You and the model: 1 film, the same grade in 1. All blind.',
  );
});

it('counts a picture that is in the list twice once, as it was read blind', () => {
  const first = film(1, 'severe', 'mild');
  const again = { ...film(2, 'mild', 'mild'), graded: first.graded };
  const open = { ...first, reading: first.reading && { ...first.reading, blind: false } };
  expect(told([first, again])).toBe('You and the model: 1 film, the same grade in 0. All blind.');
  expect(told([open, again])).toBe('You and the model: 1 film, the same grade in 1. All blind.');
});

it('is read out only once no film is awaited: each changes it', () => {
  const graded = film(1, 'mild', 'mild');
  const live = (...others: Item[]) => {
    const { unmount } = render(<Agreement items={[graded, ...others]} />);
    const told = screen.getByRole('status').getAttribute('aria-live');
    unmount();
    return told;
  };
  expect(live({ ...film(2, 'mild', 'mild'), status: 'queued', graded: null })).toBe('off');
  expect(live({ ...film(2, 'mild', 'mild'), status: 'failed', graded: null })).toBe('polite');
});
