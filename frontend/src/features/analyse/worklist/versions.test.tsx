import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import type { Outcome } from '../../../lib/failure';
import { limits, prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import type { Prediction } from '../../../lib/prediction';
import type { Graded } from '../../../report/content';
import { EMPTY, FRESH, type Item, NO_FACTS, stateOf } from './films';
import { Reports } from './Reports';
import { WorklistStore } from './store';

const saved = vi.hoisted(() => vi.fn());
vi.mock('../../../report/save', () => ({ saveReports: saved }));

const by = (version: string): Prediction => ({
  ...prediction(version === '2.0.0' ? 'mild' : 'moderate'),
  model: { name: 'cxr-severity', version },
});

/** A service whose own version changes, and which answers with an older one where it has it. */
function updated(older: (version: string) => Outcome<Prediction>) {
  let current = '2.0.0';
  const predict = vi.fn<Predict>(async (_, { explain, version = current }) => {
    const outcome =
      version === current ? ({ ok: true, value: by(version) } as const) : older(version);
    return outcome.ok && !explain
      ? { ok: true, value: { ...outcome.value, explanation: null } }
      : outcome;
  });
  const store = new WorklistStore(predict);
  const opened = async () => {
    store.add([study('one.png'), study('two.png')]);
    await expect.poll(() => store.snapshot().items.every(({ graded }) => graded)).toBe(true);
    current = '2.1.0';
    store.select(2);
    await expect.poll(() => stateOf(store.snapshot(), 2)).toMatchObject({ pending: null });
    return stateOf(store.snapshot(), 2);
  };
  return { predict, opened };
}

it('asks the version that graded a film for its map, though the service has a newer one', async () => {
  const { predict, opened } = updated((version) => ({ ok: true, value: by(version) }));
  expect(await opened()).toMatchObject({
    shown: { severity: 'mild', model: { version: '2.0.0' } },
    targetFailure: null,
  });
  expect(predict.mock.calls.map(([, { version }]) => version)).toEqual([
    undefined,
    undefined,
    '2.0.0',
  ]);
});

it('keeps the grade and says that there is no map where that version is gone', async () => {
  const gone = { code: 'unknown-version', title: 'Gone', detail: '', status: 404 };
  const { opened } = updated(() => ({ ok: false, failure: gone }));
  expect(await opened()).toMatchObject({
    shown: { severity: 'mild', model: { version: '2.0.0' }, explanation: null },
    targetFailure: { failure: { code: 'unknown-version' } },
  });
});

function gradedItem(): Item {
  const { explanation: _, ...graded } = by('2.0.0');
  const known = { ...FRESH, ...NO_FACTS, id: 1, study: study(), gradedAt: new Date() };
  return { ...known, status: 'done', graded };
}

it('has a report with the map of the version that graded', async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/limits') {
      return Response.json(limits);
    }
    asked.push(searchParams.get('version'));
    return Response.json(by(searchParams.get('version') ?? '2.1.0'));
  });
  const item = gradedItem();
  saved.mockReset();
  render(<Reports list={{ ...EMPTY, items: [item] }} items={[item]} />);
  await userEvent.click(screen.getByTitle(en.report.reports));
  await vi.waitFor(() => expect(saved).toHaveBeenCalledOnce());
  expect(screen.queryByRole('alert')).toBeNull();
  const [[result]] = saved.mock.calls[0] as [Graded[]];
  expect(asked).toEqual(['2.0.0']);
  expect(result?.prediction).toMatchObject({ severity: 'mild', model: { version: '2.0.0' } });
  expect(result?.prediction.explanation).not.toBeNull();
});

it('says of how many films a report has no map, though they were asked for', async () => {
  vi.stubGlobal('fetch', (request: Request) =>
    new URL(request.url).pathname === '/limits'
      ? Response.json(limits)
      : Response.json({ code: 'busy', title: 'Busy', status: 503 }, { status: 503 }),
  );
  const item = gradedItem();
  saved.mockReset();
  render(<Reports list={{ ...EMPTY, items: [item] }} items={[item]} />);
  await userEvent.click(screen.getByTitle(en.report.reports));
  expect((await screen.findByRole('alert')).textContent).toBe(
    'In this report 1 film has no heatmap: the service sent none.',
  );
  // It is made all the same.
  expect(saved).toHaveBeenCalledOnce();
});
