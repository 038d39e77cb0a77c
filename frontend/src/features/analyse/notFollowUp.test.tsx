import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { en } from '../../i18n/catalogue';
import { another, prediction, study } from '../../lib/fixtures';
import { Change } from './compare/Change';
import { EMPTY, FRESH, type Item, NO_FACTS, type Worklist } from './worklist/films';
import { Series } from './worklist/Series';
import type { WorklistStore } from './worklist/store';
import { WorklistPanel } from './worklist/WorklistPanel';

const SENTENCE =
  'Not tested for following a patient or for deciding who comes first: it grades single films.';

const store = { select: () => undefined } as unknown as WorklistStore;

function film(id: number, date: string): Item {
  const { explanation: _, ...graded } = another('mild');
  const facts = { ...NO_FACTS, date, patient: 'one' };
  return { ...FRESH, ...facts, id, study: study(), status: 'done', graded };
}

const items = [film(1, '2020-03-01'), film(2, '2020-03-09')];

it.each([en.worklist.columns.severity, en.worklist.columns.brixia])(
  'says beside a list sorted by %s that this is no triage',
  async (column = '') => {
    const list: Worklist = { ...EMPTY, items, selected: 1 };
    render(
      <WorklistPanel
        list={list}
        store={store}
        wide
        onWide={() => undefined}
        onFiles={() => undefined}
      />,
    );
    expect(screen.queryByText(SENTENCE)).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: new RegExp(`^${column}`) }));
    expect(screen.getByText(SENTENCE)).toBeTruthy();
  },
);

it('says the same beside a series and beside a table of changes', () => {
  render(<Series items={items} selected={1} store={store} />);
  expect(screen.getByText(SENTENCE)).toBeTruthy();
  cleanup();
  const { brixia, model, quality, refer } = prediction('mild');
  const known = { brixia, model, quality, refer };
  const older = { name: 'one', date: '2020-03-01', patient: '', view: '', ...known };
  render(<Change older={older} newer={{ ...older, name: 'two', date: '2020-03-09' }} />);
  const note = screen.getByText(/^From one to two/);
  expect(note.textContent).toBe(`${en.viewer.compare.changeNote('one', 'two')}. ${SENTENCE}`);
});

it('says nothing of following where there is no series', () => {
  render(<Series items={items.slice(0, 1)} selected={1} store={store} />);
  expect(screen.queryByText(SENTENCE)).toBeNull();
});
