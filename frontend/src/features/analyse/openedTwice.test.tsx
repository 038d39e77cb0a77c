import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { another } from '../../lib/fixtures';
import { AnalysePage } from './AnalysePage';
import { serveWith } from './testService';
import { rowId } from './worklist/films';

const film = (id: number) => document.getElementById(rowId(id));

/** As each dialogue and each drop makes it: another object of the same file. */
async function drop(...names: string[]) {
  const files = names.map((name) => new File([name], name, { type: 'image/png', lastModified: 1 }));
  await act(async () => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
}

it('only selects a file that is open already', async () => {
  serveWith(async () => Response.json(another('mild')));
  render(<AnalysePage />);
  await drop('one.png', 'two.png');
  await screen.findByText('2 of 2');
  await drop('two.png');
  await waitFor(() => expect(film(2)?.getAttribute('aria-current')).toBe('true'));
  expect(film(3)).toBeNull();
  await drop('one.png', 'three.png');
  await screen.findByText('3 of 3');
  expect(film(1)?.getAttribute('aria-current')).toBe('true');
});
