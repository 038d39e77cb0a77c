import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction } from '../../../lib/fixtures';
import { Change } from './Change';

const { brixia, quality, refer } = prediction('mild');
const fit = { quality, refer };
const rows = () =>
  screen.getAllByRole('row').map((row) => [...row.children].map((c) => c.textContent));

it('tells what changed in total and in each zone', () => {
  const later = { ...brixia, total: 9, zones: { ...brixia.zones, A: 2, F: 2 } };
  const older = { name: 'one', date: '2020-03-01', brixia, ...fit };
  render(
    <Change older={older} newer={{ name: 'two', date: '2020-03-09', brixia: later, ...fit }} />,
  );
  expect(rows()[0]).toEqual(['', '1 Mar 2020', '9 Mar 2020', 'Change']);
  expect(rows()[1]).toEqual(['Estimated Brixia score', '7.3', '9.0', '+1.7']);
  expect(rows()[2]).toEqual(['A', '0.3', '2.0', '+1.7']);
  expect(rows()[3]).toEqual(['B', '1.0', '1.0', '0.0']);
  expect(rows()[7]).toEqual(['F', '2.5', '2.0', '−0.5']);
  expect(screen.getByText(/From one to two\. Not tested for following/)).toBeTruthy();
});

it('reckons with the scores that it prints', () => {
  const zones = { ...brixia.zones, A: 2.04, B: 1.04 };
  const later = { ...brixia, zones: { ...zones, A: 1.96, B: 1.06 } };
  const older = { name: 'one', date: '2020-03-01', brixia: { ...brixia, zones }, ...fit };
  render(
    <Change older={older} newer={{ name: 'two', date: '2020-03-09', brixia: later, ...fit }} />,
  );
  expect(rows()[2]).toEqual(['A', '2.0', '2.0', '0.0']);
  expect(rows()[3]).toEqual(['B', '1.0', '1.1', '+0.1']);
});

it.each([
  ['a date is missing', ''],
  ['both are of one day', '2020-03-01'],
])('says that the order is not known where %s', (_, date) => {
  const older = { name: 'one', date: '2020-03-01', brixia, ...fit };
  render(<Change older={older} newer={{ name: 'two', date, brixia, ...fit }} />);
  expect(rows()[0]).toEqual(['', 'one', 'two', 'Change']);
  expect(screen.getByText(/The order in which these films were taken is not known\./)).toBeTruthy();
});

it('marks the column of a film that is not fit or is to be referred, in words too', () => {
  const older = { name: 'one', date: '2020-03-01', brixia, quality, refer: true };
  const unfit = { quality: { accepted: false, findings: [] }, refer: false };
  render(<Change older={older} newer={{ name: 'two', date: '2020-03-09', brixia, ...unfit }} />);
  expect(rows()[0]).toEqual(['', '1 Mar 2020 ? refer', '9 Mar 2020 ! not fit', 'Change']);
  expect(screen.getByTitle('not fit')).toBeTruthy();
});
