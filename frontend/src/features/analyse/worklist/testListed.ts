import { expect } from 'vitest';
import type { Outcome } from '../../../lib/failure';
import { prediction, study } from '../../../lib/fixtures';
import type { Predict } from '../../../lib/predict';
import type { Prediction } from '../../../lib/prediction';
import type { KeptReading } from '../../../lib/reading';
import { WorklistStore } from './store';

/** For tests: a film whose content is told by its result, and by nothing before. */
export const film = (name: string, content: string) => ({ ...study(name), content });

/** For tests: a list whose films are answered when that is asked for. */
export function listed() {
  const answers: (() => void)[] = [];
  const predict: Predict = (asked) =>
    new Promise<Outcome<Prediction>>((resolve) => {
      const answer = prediction('mild');
      const { content } = asked as ReturnType<typeof film>;
      const input = { ...answer.input, sha256: content };
      answers.push(() =>
        resolve(
          content === 'refused'
            ? {
                ok: false,
                failure: { code: 'x', title: '', detail: '', status: 422, findings: [] },
              }
            : { ok: true, value: { ...answer, input } },
        ),
      );
    });
  const store = new WorklistStore(predict);
  const settle = async () => {
    for (const answer of answers) {
      answer();
    }
    await expect
      .poll(() => store.snapshot().items.every((item) => item.graded ?? item.failure))
      .toBe(true);
  };
  const grades = () => store.snapshot().items.map(({ reading }) => reading?.grade);
  return { store, settle, grades };
}

/** For tests: what a file of readings holds of a film. */
export const kept = (file: string, sha256: string): KeptReading => ({
  file,
  sha256,
  impression: null,
  grade: 'severe',
  zones: {},
  comment: '',
  blind: true,
  at: '2020-11-28T08:00:00.000Z',
});
