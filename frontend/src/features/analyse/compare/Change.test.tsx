import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction } from '../../../lib/fixtures';
import { Change } from './Change';

it('tells what changed in total and in each zone', () => {
  const { brixia } = prediction('mild');
  const later = { ...brixia, total: 9, zones: { ...brixia.zones, A: 2, F: 2 } };
  render(<Change older={{ name: 'one', brixia }} newer={{ name: 'two', brixia: later }} />);
  const rows = screen.getAllByRole('row').map((row) => [...row.children].map((c) => c.textContent));
  expect(rows[0]).toEqual(['Estimated Brixia score', '7.3', '9.0', '+1.8']);
  expect(rows[1]).toEqual(['A', '0.3', '2.0', '+1.8']);
  expect(rows[2]).toEqual(['B', '1.0', '1.0', '0.0']);
  expect(rows[6]).toEqual(['F', '2.5', '2.0', '−0.5']);
  expect(screen.getByText(/From one to two\. Not tested for following/)).toBeTruthy();
});
