import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { limits, model, prediction } from '../../../lib/fixtures';
import { AnalysePage } from '../AnalysePage';
// The page fetches it when it is asked for; here it must be there.
import './Compare';

it('says of which film the result is, and marks in each pane what is to be referred', async () => {
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/limits') {
      return Response.json(limits);
    }
    return pathname.startsWith('/models/')
      ? Response.json(model())
      : Response.json({
          ...prediction('moderate'),
          prediction_set: ['moderate', 'severe'],
          refer: true,
        });
  });
  render(<AnalysePage />);
  const files = ['2020-03-09.png', '2020-03-01.png'].map(
    (name) => new File([name], name, { type: 'image/png' }),
  );
  act(() => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
  const name = { name: 'Compare with 2020-03-01.png' };
  await userEvent.click(await screen.findByRole('button', name));
  const heading = screen.getByRole('heading', { level: 1 });
  const label = '2020-03-09.png · 9 Mar 2020';
  expect(heading.previousElementSibling?.textContent).toBe(label);
  for (const film of files) {
    const pane = await screen.findByRole('region', { name: film.name });
    expect(within(pane).getByTitle('refer').textContent).toContain('?');
  }
  await userEvent.click(screen.getByRole('button', { name: 'End the comparison' }));
  expect(screen.queryByText(label)).toBeNull();
});
