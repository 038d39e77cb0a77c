import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import { FRESH, NO_FACTS } from './films';
import { heightOf, SeriesChart } from './SeriesChart';

const film = (id: number, date: string, total: number, interval: [number, number] | null) => {
  const { explanation: _, ...graded } = prediction('mild');
  const item = { ...FRESH, ...NO_FACTS, id, study: study(), date };
  return { item, graded: { ...graded, brixia: { ...graded.brixia, total, interval } } };
};

it('draws totals in points, by day, with the interval of each', () => {
  const series = [
    film(1, '2020-03-01', 4, [1, 7]),
    film(2, '2020-03-03', 9, null),
    film(3, '2020-03-09', 18, [15, 18]),
  ];
  const { container } = render(<SeriesChart series={series} selected={3} />);
  const circles = [...container.querySelectorAll('circle')];
  const of = (name: string) => circles.map((circle) => Number(circle.getAttribute(name)));
  expect(of('cy')).toEqual([4, 9, 18].map(heightOf));
  const [first = 0, second = 0, third = 0] = of('cx');
  expect((second - first) / (third - first)).toBeCloseTo(2 / 8);
  // The second has none.
  expect(container.querySelectorAll('path')).toHaveLength(2);
  expect(heightOf(0) - heightOf(18)).toBe(112);
});

it('keeps the last point, however high, off the names of the grades', () => {
  const series = [film(1, '2020-03-01', 4, [1, 7]), film(2, '2020-03-03', 4, null)];
  const { container } = render(<SeriesChart series={series} selected={2} />);
  const last = container.querySelector('circle[data-selected="true"]');
  const end = Number(last?.getAttribute('cx')) + Number(last?.getAttribute('r'));
  // They end at x; the longest in any language is "Moderate" or "Sederhana", 9 units high.
  const names = [...container.querySelectorAll('text[class*="bandName"]')];
  expect(names).toHaveLength(3);
  for (const name of names) {
    expect(end).toBeLessThan(Number(name.getAttribute('x')) - 9 * 5.5);
  }
});
