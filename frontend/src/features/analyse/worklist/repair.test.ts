import { expect, it, vi } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import type { Finding } from '../../../lib/prediction';
import type { Repair } from '../../../lib/study';
import { alike, asItWas, type Picture, repairAndGrade, repairFor } from './repair';
import { WorklistStore } from './store';
import { csvOf } from './table';

const finding = (code: Finding['code'], level: Finding['level'] = 'reject') =>
  ({ code, level, message: code, value: 1, limit: 0 }) as Finding;

it('knows what can be mended, and leaves alone what cannot', () => {
  const warned = finding('unfamiliar-image', 'warn');
  expect(repairFor([finding('turned-by-180-degrees'), warned])).toEqual({
    turned: 180,
    inverted: false,
  });
  expect(repairFor([finding('inverted-grey-scale'), finding('turned-by-90-degrees')])).toEqual({
    turned: 90,
    inverted: true,
  });
  expect(repairFor([finding('turned-by-90-degrees'), finding('cross-section')])).toBeNull();
  expect(repairFor([warned])).toBeNull();
  expect(repairFor(undefined)).toBeNull();
});

/** A service that sees in a file's text how far clockwise it has to be turned. */
const grade: Predict = async ({ source }) => {
  const needed = Number(await (source as File).text());
  if (needed === 0) {
    return { ok: true, value: prediction('mild') };
  }
  const code = needed === 180 ? 'turned-by-180-degrees' : 'turned-by-90-degrees';
  const findings = [finding(code)];
  return { ok: false, failure: { code, title: '', detail: '', status: 422, findings } };
};
const turn: Picture = async (source, { turned }) => {
  const needed = Number(await (source as File).text());
  return new Blob([String((needed - turned + 360) % 360)]);
};

it('goes on with the others where the pixels of one cannot be read', async () => {
  const store = new WorklistStore(grade);
  const files = ['180', 'broken', '180'].map((text, at) => new File([text], `${at}.png`));
  store.add(files.map((source) => ({ name: source.name, source })));
  const items = () => store.snapshot().items;
  await expect.poll(() => items().every(({ status }) => status === 'rejected')).toBe(true);
  const some: Picture = async (source, repair) => {
    if ((await (source as File).text()) === 'broken') {
      throw new Error('no pixels');
    }
    return turn(source, repair);
  };
  expect(await repairAndGrade(store, items(), { turned: 180, inverted: false }, some)).toBe(1);
  await expect
    .poll(() => items().map(({ status }) => status))
    .toEqual(['done', 'rejected', 'done']);
});

it.each([90, 180, 270])('has a film graded that must be turned by %i degrees', async (needed) => {
  const store = new WorklistStore(grade);
  const source = new File([String(needed)], 'side.png');
  store.add([study(), { name: 'side.png', source }].slice(1));
  const [id = 0] = store.snapshot().items.map((item) => item.id);
  const item = () => store.snapshot().items[0];
  await expect.poll(() => item()?.status).toBe('rejected');
  const repair = repairFor(item()?.failure?.findings);
  expect(alike(store.snapshot().items, repair ?? { turned: 0, inverted: true })).toHaveLength(1);
  await repairAndGrade(
    store,
    store.snapshot().items,
    repair ?? { turned: 0, inverted: false },
    turn,
  );
  await expect.poll(() => item()?.status).toBe('done');
  expect(item()?.study.repaired?.repair.turned).toBe(needed);
  const [header = '', row = ''] = csvOf(store.snapshot().items).split('\r\n');
  expect(row.split(',')[header.split(',').indexOf('turned_by')]).toBe(String(needed));
  store.replace(id, asItWas(item()?.study ?? study()));
  await expect.poll(() => item()?.status).toBe('rejected');
  expect(item()?.study).toEqual({ name: 'side.png', source });
});

it('leaves alone what somebody has done something with since', async () => {
  const store = new WorklistStore(grade);
  const files = ['180', '180', '180'].map((text, at) => new File([text], `${at}.png`));
  const [, second = 0, third = 0] = store.add(
    files.map((source) => ({ name: source.name, source })),
  );
  const items = () => store.snapshot().items;
  await expect.poll(() => items().every(({ status }) => status === 'rejected')).toBe(true);
  const other = { name: 'other.png', source: new File(['0'], 'other.png') };
  const meanwhile: Picture = async (source, repair) => {
    store.replace(second, other);
    store.remove([third]);
    return turn(source, repair);
  };
  expect(await repairAndGrade(store, items(), { turned: 180, inverted: false }, meanwhile)).toBe(0);
  await expect.poll(() => items().map(({ status }) => status)).toEqual(['done', 'done']);
  expect(items().map(({ study: { repaired } }) => repaired?.repair.turned)).toEqual([
    180,
    undefined,
  ]);
});

it('goes on with the others where a film cannot be turned the other way', async () => {
  const store = new WorklistStore(grade);
  const files = ['270', '90'].map((text, at) => new File([text], `${at}.png`));
  store.add(files.map((source) => ({ name: source.name, source })));
  const items = () => store.snapshot().items;
  await expect.poll(() => items().every(({ status }) => status === 'rejected')).toBe(true);
  const once: Picture = (source, repair) =>
    repair.turned === 270 ? Promise.reject(new Error('gone')) : turn(source, repair);
  expect(await repairAndGrade(store, items(), { turned: 90, inverted: false }, once)).toBe(1);
  await expect.poll(() => items().map(({ status }) => status)).toEqual(['rejected', 'done']);
});

/** A film that was turned by 180° already, and rejected once more. */
async function repairedWrongly(needed: number) {
  const store = new WorklistStore(grade);
  const source = new File([String(needed)], 'film.png');
  store.add([{ name: 'film.png', source }]);
  const item = () => store.snapshot().items[0];
  const make = vi.fn(turn);
  const repaired = async (repair: Repair) => {
    await expect.poll(() => item()?.status).toBe('rejected');
    await repairAndGrade(store, store.snapshot().items, repair, make);
  };
  await repaired({ turned: 180, inverted: false });
  await expect.poll(() => item()?.status).toBe('rejected');
  make.mockClear();
  return { source, item, make, repaired };
}

it('tells all that was done to a film that is repaired once more, and does it from its file', async () => {
  const { source, item, make, repaired } = await repairedWrongly(270);
  await repaired({ turned: 90, inverted: true });
  const repair = { turned: 270, inverted: true };
  expect(make.mock.calls).toEqual([[source, repair]]);
  expect(item()?.study.repaired).toEqual({ repair, original: source });
  await expect.poll(() => item()?.status).toBe('done');
});

it('turns the other way from the same file where the first way was wrong', async () => {
  const { source, item, make, repaired } = await repairedWrongly(90);
  await repaired({ turned: 90, inverted: false });
  await expect.poll(() => item()?.status).toBe('done');
  expect(make.mock.calls.map(([of, { turned }]) => [of, turned])).toEqual([
    [source, 270],
    [source, 90],
  ]);
  expect(item()?.study.repaired?.repair).toEqual({ turned: 90, inverted: false });
});

it('gives the file back where one repair undoes the other', async () => {
  const { source, item, make, repaired } = await repairedWrongly(90);
  await repaired({ turned: 180, inverted: false });
  expect(make).not.toHaveBeenCalled();
  expect(item()?.study).toEqual({ name: 'film.png', source });
});

it('keeps what a person wrote of a film whichever of its pictures is graded', async () => {
  const store = new WorklistStore(grade);
  const source = new File(['180'], 'film.png');
  const [id = 0] = store.add([{ name: 'film.png', source }]);
  const item = () => store.snapshot().items[0];
  await expect.poll(() => item()?.status).toBe('rejected');
  await repairAndGrade(store, store.snapshot().items, { turned: 180, inverted: false }, turn);
  await expect.poll(() => item()?.status).toBe('done');
  const facts = { date: '2020-03-14', patient: '1' };
  store.describe(id, { ...facts, impression: 'Upright, mild.' });
  store.read(id, { grade: 'moderate' });
  store.replace(id, asItWas(item()?.study ?? study()));
  await expect.poll(() => item()?.status).toBe('rejected');
  expect(item()).toMatchObject({ graded: null, mapQuality: null, forced: false });
  // Whose film it is, and what its reader says of it, the other picture does not change.
  const said = { ...facts, impression: 'Upright, mild.', reading: { grade: 'moderate' } };
  expect(item()).toMatchObject(said);
  await repairAndGrade(store, store.snapshot().items, { turned: 180, inverted: false }, turn);
  await expect.poll(() => item()?.status).toBe('done');
  expect(item()).toMatchObject({ ...said, writtenOf: item()?.graded?.input.sha256 });
});
