import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { limits, model, prediction } from '../../../lib/fixtures';
import { useShortcutKeys } from '../../../lib/shortcuts';
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

const FINDING = { code: 'cross-section', level: 'reject', message: 'M', value: 1, limit: 0 };

/** Films of two days, and between them one that is rejected until it is forced. */
async function openThree() {
  const names = ['2020-03-01.png', 'ct-2020-03-05.png', '2020-03-09.png'];
  let asked = 0;
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/predict') {
      return Response.json(pathname === '/limits' ? limits : model());
    }
    asked += 1;
    const forced = searchParams.get('force') !== null;
    const problem = { type: '/problems/x', title: 'No', status: 422, detail: 'D', code: 'x' };
    return asked === 2
      ? Response.json({ ...problem, findings: [FINDING] }, { status: 422 })
      : Response.json({
          ...prediction('mild'),
          quality: { accepted: !forced, findings: forced ? [FINDING] : [] },
        });
  });
  render(<WithKeys />);
  const files = names.map((name) => new File([name], name, { type: 'image/png' }));
  act(() => {
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files, items: [] } });
  });
  await screen.findByText('3 of 3');
  await screen.findByTitle('Compare with 2020-03-09.png');
}

function WithKeys() {
  useShortcutKeys();
  return <AnalysePage />;
}
const compareTitle = () => screen.queryByText(en.viewer.compare.title);
const film = (name: string) => screen.getByRole('button', { name });
const heading = () => screen.getByRole('heading', { level: 1 });

it('compares by key with the next film that is graded, else with the one before', async () => {
  await openThree();
  await userEvent.keyboard('c');
  await screen.findByRole('region', { name: '2020-03-09.png' });
  expect(film('2020-03-01.png').getAttribute('aria-current')).toBe('true');
  await userEvent.keyboard('c');
  expect(compareTitle()).toBeNull();
  await userEvent.click(film('2020-03-09.png'));
  await userEvent.keyboard('c');
  await screen.findByRole('region', { name: '2020-03-01.png' });
});

it('names the film of a result only where two are on the stage', async () => {
  await openThree();
  await userEvent.keyboard('c');
  await screen.findByText(en.viewer.compare.title);
  expect(heading().previousElementSibling?.textContent).toBe('2020-03-01.png · 1 Mar 2020');
  await userEvent.click(film('ct-2020-03-05.png'));
  expect(compareTitle()).toBeNull();
  // Its reason takes the whole stage, and the key ends what is not seen and begins nothing.
  await userEvent.keyboard('cc');
  await userEvent.click(film('2020-03-01.png'));
  await screen.findByText('Estimated severity');
  expect(compareTitle()).toBeNull();
  expect(heading().previousElementSibling).toBeNull();
});

it('marks in the table of changes the film that is not fit', async () => {
  await openThree();
  await userEvent.click(film('ct-2020-03-05.png'));
  await userEvent.click(await screen.findByText(en.quality.force));
  await screen.findByText('Estimated severity');
  await userEvent.click(screen.getByTitle('Compare with 2020-03-09.png'));
  const change = within(await screen.findByRole('region', { name: en.viewer.compare.change }));
  const [older, newer] = change.getAllByRole('columnheader').map((head) => head.textContent);
  expect([older, newer]).toEqual(['5 Mar 2020 ! not fit', '9 Mar 2020']);
});

it('says of films of two people that they are, and tells no change', async () => {
  await openThree();
  const { change, twoPatients } = en.viewer.compare;
  const patient = () => screen.getByLabelText(en.worklist.series.patient);
  await userEvent.type(patient(), 'A');
  await userEvent.click(film('2020-03-09.png'));
  await userEvent.type(patient(), 'B');
  await userEvent.click(screen.getByTitle('Compare with 2020-03-01.png'));
  const region = await screen.findByRole('region', { name: change });
  expect(region.textContent).toBe(twoPatients);
  await userEvent.clear(patient());
  expect(within(region).queryByText(twoPatients)).toBeNull();
  expect(screen.getByRole('region', { name: change }).textContent).toContain('9 Mar 2020');
});

it('reads the film that is seen of two that lie over one another', async () => {
  await openThree();
  await userEvent.click(film('2020-03-09.png'));
  await userEvent.keyboard('c');
  await screen.findByText(en.viewer.compare.title);
  const named = () => heading().previousElementSibling?.textContent;
  const said = () =>
    [en.shared.severities.mild, en.shared.severities.severe].filter((name) =>
      within(screen.getByRole('region', { name: en.reading.title }))
        .getByRole('button', { name })
        .matches('[aria-pressed=true]'),
    );
  expect(named()).toContain('2020-03-09.png');
  await userEvent.keyboard('x');
  expect(named()).toContain('2020-03-01.png');
  await userEvent.keyboard('e');
  expect(said()).toEqual(['Severe']);
  await userEvent.keyboard('x');
  expect(named()).toContain('2020-03-09.png');
  expect(said()).toEqual([]);
  await userEvent.keyboard('y');
  expect(said()).toEqual(['Mild']);
});
