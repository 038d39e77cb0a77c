import { answered, chosen, targetFailed } from '../../../lib/explained';
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
    const before = this.list.explained.get(id);
    this.#explaining.get(id)?.abort();
    if (before) {
      const after = chosen(before, target);
      this.set(remembered(this.list, id, after));
      if (after.pending === null) {
        return;
      }
    }
    void this.#askToExplain(id, target);
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
    const bare = answered(null, FIRST_TARGET, { ...item.graded, explanation: null });
    const before = this.list.explained.get(id) ?? null;
    const after = outcome.ok
      ? answered(before, target, outcome.value)
      : targetFailed(before ?? { ...bare, predictions: {} }, target, outcome.failure);
    this.set(remembered(this.list, id, after));
  }
}
