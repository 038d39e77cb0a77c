import { describe, expect, it } from 'vitest';
import { prediction, study } from './fixtures';
import { type Event, INITIAL, reduce, type State } from './machine';
import type { Study, Target } from './types';

const failure = { code: 'x', title: 'X', detail: '', status: 500 };
const run = (...events: Event[]): State => events.reduce(reduce, INITIAL);
const opened = (of: Study): Event => ({ type: 'opened', study: of });
const answered = (of: Study, target: Target = 'predicted'): Event => ({
  type: 'answered',
  study: of,
  target,
  prediction: prediction('severe', target === 'predicted' ? 'severe' : target),
  at: new Date(0),
});
const failed = (of: Study, target: Target = 'predicted'): Event => ({
  type: 'failed',
  study: of,
  target,
  failure,
});
const choose = (target: Target): Event => ({ type: 'target-chosen', target });

describe('reduce', () => {
  const a = study('a.png');
  const b = study('b.png');

  it('shows nothing of the former study once another is opened', () => {
    expect(run(opened(a), answered(a), opened(b))).toEqual({ phase: 'running', study: b });
    expect(run(opened(a), answered(a), opened(b), failed(b))).toEqual({
      phase: 'failed',
      study: b,
      failure,
    });
  });

  it('ignores what arrives for a study that was replaced or cancelled', () => {
    expect(run(opened(a), opened(b), answered(a))).toEqual({ phase: 'running', study: b });
    expect(run(opened(a), { type: 'cancelled' }, answered(a))).toMatchObject({ phase: 'empty' });
  });

  it('asks for a target once, and not at all for the predicted class', () => {
    const done = run(opened(a), answered(a));
    expect(reduce(done, choose('severe'))).toMatchObject({ target: 'severe', pending: null });
    const pending = reduce(done, choose('mild'));
    expect(pending).toMatchObject({ target: 'predicted', pending: 'mild' });
    const shown = reduce(pending, answered(a, 'mild'));
    expect(shown).toMatchObject({ target: 'mild', pending: null });
    const back = reduce(reduce(shown, choose('predicted')), choose('mild'));
    expect(back).toMatchObject({ target: 'mild', pending: null });
  });

  it('keeps the result when another target fails', () => {
    const state = run(opened(a), answered(a), choose('mild'), failed(a, 'mild'));
    expect(state).toMatchObject({
      phase: 'done',
      target: 'predicted',
      pending: null,
      targetFailure: { target: 'mild', failure },
    });
    expect(reduce(state, choose('moderate'))).toMatchObject({ targetFailure: null });
  });
});
