import { expect, it } from 'vitest';
import { en } from './catalogue';
import { describeFailure } from './describeFailure';

const silent = (code: string) =>
  describeFailure({ code, title: '', detail: '', status: null }, en.failures);

it.each(['network', 'unexpected-answer', 'unreadable-file', 'other-version', 'cancelled'])(
  'has words of its own for %s',
  (code) => {
    expect(silent(code).title).not.toBe(code);
    expect(silent(code).detail).not.toBe('');
  },
);

it('says the title in its own language, and what the service says of this one file', () => {
  const failure = { code: 'file-too-large', title: 'Fail terlalu besar', detail: 'D', status: 413 };
  const words = { title: 'The file is too large', detail: 'D', known: true };
  expect(describeFailure(failure, en.failures)).toMatchObject(words);
});

it('lets the service speak for itself where it knows a code that this page does not', () => {
  const failure = { code: 'a-code-of-tomorrow', title: 'T', detail: 'D', status: 422 };
  expect(describeFailure(failure, en.failures)).toMatchObject({
    title: 'T',
    detail: 'D',
    known: false,
  });
});

it('tells the limit of a file that it did not send', () => {
  const failure = { code: 'file-too-large', title: '', detail: '', status: null, limit: 3e6 };
  expect(describeFailure(failure, en.failures).detail).toMatch(/^At most 3 MB/);
});

it('offers another try only where it may help', () => {
  expect(silent('not-ready').retry).toBe(true);
  expect(silent('network').retry).toBe(true);
  expect(silent('cancelled').retry).toBe(true);
  expect(silent('a code of tomorrow').retry).toBe(true);
  expect(silent('damaged-image').retry).toBe(false);
});
