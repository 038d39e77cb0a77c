import { expect, it } from 'vitest';
import { answered, knowsSides } from '../../lib/explained';
import { prediction, study } from '../../lib/fixtures';
import { isRejected, type State } from './shownState';

const film = study();
const failure = { status: 422, code: 'image-rejected', title: 'No', detail: '', findings: [] };
const judged = (forced: boolean, state: State) => isRejected({ forced }, state);

it('takes a rejected film for one until a result that is shown says otherwise', () => {
  expect(judged(false, { phase: 'running', study: film })).toBe(false);
  expect(judged(false, { phase: 'failed', study: film, failure })).toBe(true);
  // Judged all the same: while it is, where that fails for another reason, and behind the veil.
  const { findings: _, ...other } = failure;
  expect(judged(true, { phase: 'running', study: film })).toBe(true);
  expect(judged(true, { phase: 'failed', study: film, failure: other })).toBe(true);
  expect(judged(true, { phase: 'hidden', study: film })).toBe(true);
  const shown = answered(null, 'burden', prediction('mild'));
  expect(knowsSides(shown, true)).toBe(shown.shown.quality.accepted);
});
