import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { prediction, study } from '../../../lib/fixtures';
import { blinded } from '../worklist/blind';
import { itemOf } from '../worklist/films';
import { readingsOf } from '../worklist/readings';
import { WorklistStore } from '../worklist/store';
import { ReadingForm } from './ReadingForm';

const ZEROS = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 0 };
const { wasBlind, unblinded } = en.reading;

async function scoring() {
  const store = new WorklistStore(async () => ({ ok: true, value: prediction('mild') }));
  store.hideResults(true);
  const [id = 0] = store.add([study()]);
  await expect.poll(() => itemOf(store.snapshot(), id)?.graded).toBeTruthy();
  const told = () => {
    const item = itemOf(blinded(store.snapshot()), id);
    const { container, unmount } = render(
      item && <ReadingForm item={item} blind={true} store={store} />,
    );
    const text = container.textContent;
    unmount();
    return text;
  };
  return { store, id, told };
}

it('says so when scores after the result end a blind reading', async () => {
  const { store, id, told } = await scoring();
  store.read(id, { grade: 'mild' });
  store.reveal(id);
  expect(told()).toContain(wasBlind);
  store.read(id, { comment: 'supine' });
  expect(told()).not.toContain(unblinded);
  store.read(id, { zones: { A: 1 } });
  expect(told()).toContain(unblinded);
  expect(told()).not.toContain(wasBlind);
  // It is the page that says so: files hold what they held.
  expect(readingsOf(store.snapshot())).toMatchObject([{ blind: false }]);
  expect(readingsOf(store.snapshot())[0]).not.toHaveProperty('unblinded');
  store.unread(id);
  store.read(id, { grade: 'mild' });
  expect(told()).not.toContain(unblinded);
});

it('ends no blind reading where nothing but a comment was given blind', async () => {
  const { store, id, told } = await scoring();
  store.read(id, { comment: 'supine' });
  store.reveal(id);
  store.read(id, { grade: 'mild' });
  expect(told()).not.toContain(unblinded);
});

it('says so when the zones amount to another grade than the one chosen', async () => {
  const { store, id, told } = await scoring();
  const sentence =
    'The zone scores add up to 6 of 18, which is moderate, but the grade chosen is mild; the chosen grade counts.';
  store.read(id, { grade: 'mild', zones: { ...ZEROS, A: 3 } });
  expect(told()).not.toContain('add up to');
  // Before the result too, when it can still be mended blind.
  store.read(id, { zones: { ...ZEROS, A: 3, B: 3 } });
  expect(told()).toContain(sentence);
  store.read(id, { grade: 'moderate' });
  expect(told()).not.toContain('add up to');
  store.read(id, { grade: null });
  expect(told()).not.toContain('add up to');
});
