import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { another, limits, study } from '../../../lib/fixtures';
import type { Graded } from '../../../report/content';
import type { Refused } from '../../../report/summary';
import { blinded } from './blind';
import { EMPTY, FRESH, type Item, NO_FACTS } from './films';
import { Reports } from './Reports';

const saved = vi.hoisted(() => vi.fn());
vi.mock('../../../report/save', () => ({ saveReports: saved }));

function film(id: number, changes: Partial<Item> = {}): Item {
  const { explanation: _, ...graded } = another('mild');
  const known = { ...FRESH, ...NO_FACTS, id, study: study(`${id}.png`), gradedAt: new Date() };
  return { ...known, status: 'done', graded, ...changes };
}

const make = (items: readonly Item[], blind = false) => {
  const list = blinded({ ...EMPTY, items, blind });
  render(<Reports list={list} items={list.items} />);
  fireEvent.click(screen.getByTitle(en.report.reports));
};
const told = () => saved.mock.calls[0] as [Graded[], unknown, unknown, Refused[]];
const mapped = () => told()[0].map(({ prediction }) => prediction.explanation !== null);

/** What the service says of each upload in turn, and when each came, in seconds. */
function serve(answer: (upload: number) => Response) {
  const uploads: number[] = [];
  const begun = Date.now();
  vi.stubGlobal('fetch', async (request: Request) => {
    if (new URL(request.url).pathname === '/limits') {
      return Response.json(limits);
    }
    uploads.push((Date.now() - begun) / 1000);
    return answer(uploads.length);
  });
  return uploads;
}
const refusal = (code: string, retryAfter: number) =>
  Response.json(
    { code, title: 'No', status: 429 },
    { status: 429, headers: { 'Retry-After': `${retryAfter}` } },
  );
const made = async () => {
  for (let passed = 0; passed < 600 && saved.mock.calls.length === 0; passed += 1) {
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(saved).toHaveBeenCalledOnce();
};

beforeEach(() => {
  saved.mockReset();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('has a line for every film: hidden ones as such, and no reason where there is none', async () => {
  serve(() => Response.json(another('mild')));
  const queued = film(3, { status: 'queued', graded: null });
  make([film(1, { revealed: true }), film(2), queued], true);
  await made();
  const [results, , , refused] = told();
  expect(results.map(({ name }) => name)).toEqual(['1.png']);
  expect(refused).toEqual([
    { name: '2.png', date: '', reason: 'Hidden', hidden: true },
    { name: '3.png', date: '', reason: 'Queued', hidden: false },
  ]);
});

it('rests as long as the service asks, and goes on with its maps', async () => {
  const uploads = serve((upload) =>
    upload === 2 ? refusal('rate-limited', 7) : Response.json(another('mild')),
  );
  make([1, 2, 3].map((id) => film(id)));
  await made();
  expect(mapped()).toEqual([true, true, true]);
  const [, second = 0, third = 0] = uploads;
  expect([uploads.length, Math.round(third - second)]).toEqual([4, 7]);
});

it('asks a service no more that refuses twice in a row, and makes the report without', async () => {
  const uploads = serve((upload) =>
    upload > 1 ? refusal('rate-limited', 7) : Response.json(another('mild')),
  );
  make([1, 2, 3, 4, 5].map((id) => film(id)));
  await made();
  expect(mapped()).toEqual([true, false, false, false, false]);
  expect(uploads).toHaveLength(3);
});

it('does not wait for a service that wants to be left alone for long', async () => {
  const uploads = serve(() => refusal('rate-limited', 600));
  make([1, 2].map((id) => film(id)));
  await made();
  expect(uploads).toHaveLength(1);
});

it('goes on past a film whose upload breaks off each time', async () => {
  const uploads = serve((upload) =>
    upload < 3 ? refusal('incomplete-upload', 1) : Response.json(another('mild')),
  );
  make([1, 2].map((id) => film(id)));
  await made();
  expect(mapped()).toEqual([false, true]);
  expect(uploads).toHaveLength(3);
});

it('tells how many pages are made, after the maps', async () => {
  serve(() => Response.json(another('mild')));
  let end: () => void = () => undefined;
  saved.mockImplementation(() => new Promise<void>((done) => (end = done)));
  make([film(1), film(2)]);
  await act(made);
  expect(screen.getByTitle(en.report.writing(0, 2))).toBeTruthy();
  const onPage = saved.mock.calls[0]?.[4] as (made: number) => void;
  act(() => onPage(1));
  const button = screen.getByTitle<HTMLButtonElement>(en.report.writing(1, 2));
  expect(button.disabled).toBe(true);
  await act(async () => end());
  expect(screen.getByTitle(en.report.reports)).toBeTruthy();
});
