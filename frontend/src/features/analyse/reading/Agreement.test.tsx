import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Severity } from '../../../lib/prediction';
import { FRESH, type Item, NO_FACTS } from '../worklist/films';
import { Agreement } from './Agreement';

function film(id: number, grade: Severity, model: Severity): Item {
  const { explanation: _, ...graded } = prediction(model);
  const reading = { grade, zones: {}, comment: '', blind: true, at: '' };
  return { ...FRESH, ...NO_FACTS, id, study: study(), graded, reading };
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
