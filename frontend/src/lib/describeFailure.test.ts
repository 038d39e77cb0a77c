import { expect, it } from 'vitest';
import { en } from '../i18n/catalogue';
import { describeFailure } from './describeFailure';

const silent = (code: string) =>
  describeFailure({ code, title: '', detail: '', status: null }, en.failures);

it.each(['network', 'unexpected-answer', 'unreadable-file', 'file-too-large'])(
  'has words of its own for %s',
  (code) => {
    expect(silent(code).title).not.toBe(code);
    expect(silent(code).detail).not.toBe('');
  },
);

it('lets the service speak for itself', () => {
  const failure = { code: 'file-too-large', title: 'T', detail: 'D', status: 413 };
  expect(describeFailure(failure, en.failures)).toMatchObject({ title: 'T', detail: 'D' });
});

it('offers another try only where it may help', () => {
  expect(silent('not-ready').retry).toBe(true);
  expect(silent('network').retry).toBe(true);
  expect(silent('a code of tomorrow').retry).toBe(true);
  expect(silent('damaged-image').retry).toBe(false);
});
