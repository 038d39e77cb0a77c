import { answered, chosen, targetFailed, unexplained } from '../../../lib/explained';
import type { Predict } from '../../../lib/predict';
import { FIRST_TARGET, type Target } from '../../../lib/prediction';
import { itemOf } from './films';
import { askedFor, besideOf, missedBy, remembered, unasked } from './maps';
import { Readings } from './readings';

/** The heatmaps of the films that are looked at. */
export abstract class Explaining extends Readings {
  protected readonly predict: Predict;
  readonly #explaining = new Map<number, AbortController>();

  constructor(predict: Predict) {
    super();
    this.predict = predict;
  }

  /** Explains another class of a film that is shown. */
  readonly explain = (id: number, target: Target): void => {
    const graded = itemOf(this.list, id)?.graded;
    const before = this.list.explained.get(id) ?? (graded && unexplained(graded));
    // What is awaited already would come no sooner for being asked for once more.
    if (!before || before.pending === target) {
      return;
    }
    this.#explaining.get(id)?.abort();
    const after = chosen(before, target);
    this.set(remembered(this.list, id, after));
    if (after.pending !== null) {
      void this.#askToExplain(id, target);
    }
  };

  /** Explains a film that is shown; beside another one, the class that the other is asked about. */
  protected explainIfGraded(id: number | null): void {
    const item = itemOf(this.list, id);
    const before = askedFor(this.list, id);
    const missed = item && this.#missed(item.id);
    const beside = askedFor(this.list, besideOf(this.list, id));
    const target = beside ?? before ?? missed ?? FIRST_TARGET;
    if (item?.status === 'done' && target !== before) {
      this.explain(item.id, target);
    }
  }

  /** Asks again for the maps that are looked at and were asked for while the service was away. */
  readonly explainMissed = (): void => {
    for (const id of [this.list.selected, this.list.compared]) {
      const missed = id === null ? null : this.#missed(id);
      if (id !== null && missed) {
        this.explain(id, missed);
      }
    }
  };

  #missed(id: number): Target | null {
    const explained = this.list.explained.get(id);
    return explained ? missedBy(explained) : null;
  }

  /** Films that are no longer looked at need no heatmap: whoever steps through many would wait. */
  protected leave(): void {
    const { selected, compared } = this.list;
    for (const id of [...this.#explaining.keys()]) {
      if (id !== selected && id !== compared) {
        this.endExplaining(id);
        this.set(unasked(this.list, id));
      }
    }
  }

  protected endExplaining(id: number): void {
    this.#explaining.get(id)?.abort();
    this.#explaining.delete(id);
  }

  protected endAllExplaining(): void {
    [...this.#explaining.keys()].forEach((id) => {
      this.endExplaining(id);
    });
  }

  async #askToExplain(id: number, target: Target): Promise<void> {
    const item = itemOf(this.list, id);
    if (!item?.graded) {
      return;
    }
    this.#explaining.get(id)?.abort();
    const controller = new AbortController();
    this.#explaining.set(id, controller);
    const { signal } = controller;
    // A map of another version's judgement would stand under this one's grade.
    const { version } = item.graded.model;
    const ask = { target, explain: true, force: item.forced, version, signal };
    const outcome = await this.predict(item.study, ask);
    if (signal.aborted) {
      return;
    }
    const before = this.list.explained.get(id) ?? unexplained(item.graded);
    const after = outcome.ok
      ? answered(before, target, outcome.value)
      : targetFailed(before, target, outcome.failure);
    this.set(remembered(this.list, id, after));
  }
}
