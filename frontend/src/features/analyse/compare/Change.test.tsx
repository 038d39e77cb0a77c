import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { prediction } from '../../../lib/fixtures';
import { Change } from './Change';

const { brixia, model, quality, refer } = prediction('mild');
const fit = { model, quality, refer, patient: '', view: '' };
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
  const older = { name: 'one', date: '2020-03-01', brixia, ...fit, refer: true };
  const unfit = { ...fit, quality: { accepted: false, findings: [] }, refer: false };
  render(<Change older={older} newer={{ name: 'two', date: '2020-03-09', brixia, ...unfit }} />);
  expect(rows()[0]).toEqual(['', '1 Mar 2020 ? refer', '9 Mar 2020 ! not fit', 'Change']);
  expect(screen.getByTitle('not fit')).toBeTruthy();
});

const pair = (one: object, other: object) => {
  const older = { name: 'one', date: '2020-03-01', brixia, ...fit, ...one };
  render(<Change older={older} newer={{ ...older, name: 'two', date: '2020-03-09', ...other }} />);
};

it('tells no change from one person to another', () => {
  pair({ patient: '1' }, { patient: '2' });
  expect(screen.queryByRole('table')).toBeNull();
  expect(screen.getByRole('region').textContent).toBe(en.viewer.compare.twoPatients);
});

it.each([
  ['1', '1'],
  ['1', ''],
  ['', '2'],
])('tells it where it may be one: %j and %j', (one, other) => {
  pair({ patient: one }, { patient: other });
  expect(rows()[1]).toEqual(['Estimated Brixia score', '7.3', '7.3', '0.0']);
});

it('tells no change from one version of the model to another', () => {
  pair({}, { model: { ...model, version: '2.0.0' } });
  expect(screen.queryByRole('table')).toBeNull();
  expect(screen.getByRole('region').textContent).toBe(
    'These films were graded by versions 1.0.0 and 2.0.0 of the model: between them there is no change to tell.',
  );
});

it('says that the views differ where both are known', () => {
  const told = en.viewer.compare.twoViews('AP', 'PA');
  const { container } = render(<p />);
  const said = () => container.parentElement?.textContent?.includes(told);
  pair({ view: 'AP' }, { view: '' });
  expect(said()).toBe(false);
  pair({ view: 'AP' }, { view: 'PA' });
  expect(said()).toBe(true);
});
