import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction } from '../../../lib/fixtures';
import { gradeOfTotal } from '../../../lib/grades';
import { Ruler } from './Ruler';

const parts = (container: HTMLElement) => ({
  plausible: [...container.querySelectorAll('[data-plausible=true]')].map((range) =>
    range.getAttribute('data-severity'),
  ),
  placed: [...container.querySelectorAll<HTMLElement>('[style]')].map((part) => part.style.cssText),
});

it('draws the total among the ranges of the grades, with its interval and what is plausible', () => {
  const graded = prediction('moderate');
  const { container } = render(
    <Ruler
      prediction={{
        ...graded,
        brixia: { ...graded.brixia, total: 9, interval: [4.5, 13.5] },
        prediction_set: ['mild', 'moderate'],
      }}
      readersDiffer={2.04}
    />,
  );
  const { plausible, placed } = parts(container);
  expect(plausible).toEqual(['mild', 'moderate']);
  expect(placed.slice(0, 2)).toEqual(['left: 25%; right: 25%;', 'left: 50%;']);
  expect(screen.getByText('Two radiologists differ by 2.0 points on average.')).toBeTruthy();
  expect(screen.queryByText(/lies in the range/)).toBeNull();
});

it('says why total and grade can fall on different sides', () => {
  const graded = prediction('mild');
  render(
    <Ruler
      prediction={{ ...graded, brixia: { ...graded.brixia, total: 7 } }}
      readersDiffer={null}
    />,
  );
  expect(screen.getByText(/range of moderate, the most probable grade is mild/)).toBeTruthy();
});

it('keeps its place without a result', () => {
  const { container } = render(<Ruler prediction={null} readersDiffer={null} />);
  expect(container.querySelectorAll('li')).toHaveLength(3);
  expect(parts(container).plausible).toEqual([]);
});

it.each([
  [0, 'mild'],
  [5.49, 'mild'],
  [5.5, 'moderate'],
  [11.49, 'moderate'],
  [11.5, 'severe'],
  [18, 'severe'],
] as const)('a total of %f is %s', (total, grade) => {
  expect(gradeOfTotal(total)).toBe(grade);
});
