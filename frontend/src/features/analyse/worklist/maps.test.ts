import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import { stateOf } from './films';
import { WorklistStore } from './store';

it('asks again for a map that was asked for in vain and then left', async () => {
  const asked: string[] = [];
  /** Maps fail once, and then keep everybody waiting until the other film was looked at. */
  let answers = 0;
  const predict: Predict = ({ name }, { explain }) => {
    const value = { ...prediction('mild'), ...(!explain && { explanation: null }) };
    if (!explain || name !== 'a.png') {
      return Promise.resolve({ ok: true, value });
    }
    asked.push(name);
    answers += 1;
    if (answers === 1) {
      const failure = { code: 'not-ready', title: '', detail: '', status: 503 };
      return Promise.resolve({ ok: false, failure });
    }
    return answers === 2 ? new Promise(() => undefined) : Promise.resolve({ ok: true, value });
  };
  const store = new WorklistStore(predict);
  const [other = 0, film = 0] = store.add([study('b.png'), study('a.png')]);
  await expect.poll(() => store.snapshot().items.every(({ graded }) => graded)).toBe(true);
  store.select(film);
  await expect.poll(() => asked.length).toBe(1);
  await expect.poll(() => stateOf(store.snapshot(), film)).toMatchObject({ pending: null });
  store.explain(film, 'burden');
  store.select(other);
  store.select(film);
  const map = () => store.snapshot().explained.get(film)?.shown.explanation;
  await expect.poll(map).toMatchObject({ target: 'mild' });
  expect(asked).toHaveLength(3);
  store.stop();
});
