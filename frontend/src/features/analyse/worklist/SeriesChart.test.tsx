import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { another, study } from '../../../lib/fixtures';
import { FRESH, NO_FACTS } from './films';
import { Series } from './Series';
import { heightOf, SeriesChart } from './SeriesChart';
import type { WorklistStore } from './store';

const film = (id: number, date: string, total: number, interval: [number, number] | null) => {
  const { explanation: _, ...graded } = another('mild');
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

const unfit = { quality: { accepted: false, findings: [] } };

it('draws hollow what is not fit for a judgement, with no interval, and draws the line past it', () => {
  const [first, second, third] = [
    film(1, '2020-03-01', 4, [1, 7]),
    film(2, '2020-03-03', 9, [6, 12]),
    film(3, '2020-03-09', 18, [15, 18]),
  ] as const;
  const series = [first, { ...second, graded: { ...second.graded, ...unfit } }, third];
  const { container } = render(<SeriesChart series={series} selected={3} />);
  const fit = [...container.querySelectorAll('circle')].map(({ dataset }) => dataset.fit);
  expect(fit).toEqual(['true', 'false', 'true']);
  const line = container.querySelector('polyline')?.getAttribute('points')?.split(' ');
  expect(line?.map((point) => Number(point.split(',')[1]))).toEqual([4, 18].map(heightOf));
  expect(container.querySelectorAll('path')).toHaveLength(2);
});

const byVersion = ({ item, graded }: ReturnType<typeof film>, version: string) => ({
  item,
  graded: { ...graded, model: { ...graded.model, version } },
});

it('draws no line between two versions of the model, and says which graded each film', () => {
  const series = [
    film(1, '2020-03-01', 4, null),
    byVersion(film(2, '2020-03-03', 9, null), '2.0.0'),
    byVersion(film(3, '2020-03-09', 18, null), '2.0.0'),
  ];
  const drawn = render(<SeriesChart series={series} selected={3} />);
  const lines = [...drawn.container.querySelectorAll('polyline')].map((line) =>
    line
      .getAttribute('points')
      ?.split(' ')
      .map((point) => Number(point.split(',')[1])),
  );
  expect(lines).toEqual([[4], [9, 18]].map((totals) => totals.map(heightOf)));
  drawn.unmount();
  const store = { select: () => undefined } as unknown as WorklistStore;
  const items = series.map(({ item, graded }) => ({ ...item, patient: 'one', graded }));
  const { container } = render(<Series items={items} selected={1} store={store} />);
  const days = [...container.querySelectorAll('li')].map((day) => day.textContent);
  expect(days.map((day) => day?.match(/Model [\d.]+/)?.[0])).toEqual([
    'Model 1.0.0',
    'Model 2.0.0',
    'Model 2.0.0',
  ]);
  expect(screen.getByText(en.report.versions(['1.0.0', '2.0.0']))).toBeTruthy();
});

it('marks in the list of days what is not fit and what is to be referred, in words too', () => {
  const store = { select: () => undefined } as unknown as WorklistStore;
  const items = [{}, { refer: true }, unfit].map((changes, id) => {
    const { item, graded } = film(id, `2020-03-0${id + 1}`, 4, null);
    return { ...item, patient: 'one', graded: { ...graded, ...changes } };
  });
  const told = (of: typeof items) => {
    const { container, unmount } = render(<Series items={of} selected={0} store={store} />);
    const marks = [...container.querySelectorAll('li')].map((day) =>
      [...day.querySelectorAll('[title]')].map((mark) => mark.textContent),
    );
    const legend = screen.queryByText(en.worklist.series.hollow) !== null;
    unmount();
    return { marks, legend };
  };
  expect(told(items)).toEqual({ marks: [[], ['? refer'], ['! not fit']], legend: true });
  expect(told(items.slice(0, 2)).legend).toBe(false);
});
