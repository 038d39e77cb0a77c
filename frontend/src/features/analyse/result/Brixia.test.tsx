import { render, screen, within } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { prediction } from '../../../lib/fixtures';
import { Brixia } from './Brixia';

const grid = () =>
  within(screen.getByRole('table'))
    .getAllByRole('row')
    .map((row) => [...row.children].map((cell) => cell.textContent));

beforeEach(() => {
  render(<Brixia score={prediction('mild').brixia} />);
});

it('has the right lung on the left, from top to bottom', () => {
  expect(grid()).toEqual([
    ['Height in the lung', 'Right lung', 'Left lung'],
    ['Upper', 'A 0.3', 'D 0.5'],
    ['Middle', 'B 1.0', 'E 1.3'],
    ['Lower', 'C 1.8', 'F 2.5'],
  ]);
});

it('is a table by name, with headers for each of its cells', () => {
  expect(screen.getByRole('table').querySelector('caption')?.textContent).toBe(
    'Estimated Brixia score 7.3 of 18',
  );
  expect(screen.getAllByRole('columnheader')).toHaveLength(3);
  expect(screen.getAllByRole('rowheader')).toHaveLength(3);
  expect(screen.getAllByRole('cell')).toHaveLength(6);
});

it('draws each zone as much as it scores, for eyes only', () => {
  const shares = screen.getAllByRole('cell').map((cell) => {
    const bar = cell.querySelector('[aria-hidden=true]')?.firstElementChild as HTMLElement | null;
    return Number(bar?.style.getPropertyValue('--share')).toFixed(3);
  });
  expect(shares).toEqual(['0.083', '0.167', '0.333', '0.417', '0.583', '0.833']);
});
