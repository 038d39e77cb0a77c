import { answered, chosen, targetFailed } from '../../../lib/explained';
import type { Failure } from '../../../lib/failure';
import type { Predict } from '../../../lib/predict';
import type { Prediction, Target } from '../../../lib/prediction';
import type { Study } from '../../../lib/study';
import {
  accepted,
  added,
  askedFor,
  asUntouched,
  besideOf,
  cancelled,
  changed,
  dueNext,
  EMPTY,
  type Facts,
  isOpen,
  itemOf,
  remembered,
  removed,
  replaced,
  unasked,
} from './films';
import { isTemporary, pauseMs } from './pauses';
import { Readings } from './readings';

/** Enough to keep a service of two to four cores busy while the next file travels. */
export const MAX_IN_FLIGHT = 3;

/** The films that are open, and the queue that has them graded a few at a time. */
export class WorklistStore extends Readings {
  #nextId = 1;
  /** Pauses in a row; an answer ends the row. */
  #pauses = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #grading = new Map<number, AbortController>();
  readonly #explaining = new Map<number, AbortController>();
  readonly #predict: Predict;

  constructor(predict: Predict) {
    super();
    this.#predict = predict;
  }

  /** Ends whatever is under way; the list stays. */
  readonly stop = (): void => {
    clearTimeout(this.#timer);
    for (const under of [...this.#grading.values(), ...this.#explaining.values()]) {
      under.abort();
    }
  };

  /** Queues studies and selects the first of them. One that is open already is only selected. */
  readonly add = (
    studies: readonly Study[],
    facts?: (study: Study) => Facts,
  ): readonly number[] => {
    const { list, ids } = added(this.list, studies, this.#nextId, facts);
    this.#nextId += list.items.length - this.list.items.length;
    this.set(list);
    const [first] = ids;
    if (first !== undefined) {
      // Whoever opens a film wants to see that one.
      this.set({ ...this.list, compared: null });
      this.select(first);
    }
    this.matchReadings();
    return ids;
  };

  readonly select = (id: number): void => {
    const compared = this.list.compared === id ? null : this.list.compared;
    this.set({ ...this.list, selected: id, compared, cancelled: false });
    this.#leave();
    this.#explainIfGraded(id);
    this.#pump();
  };

  /** Shows a film beside the selected one; `null` ends it. */
  readonly compare = (id: number | null): void => {
    this.set({ ...this.list, compared: id === this.list.selected ? null : id });
    this.#leave();
    this.#explainIfGraded(id);
    this.#pump();
  };

  /** Takes a film out of the queue; alone in the list, it leaves altogether. */
  readonly cancel = (id: number): void => {
    this.#abort(id);
    this.set(
      this.list.items.length === 1
        ? { ...removed(this.list, new Set([id])), cancelled: true, pause: null }
        : cancelled(this.list, new Set([id])),
    );
    this.#pump();
  };

  readonly cancelAll = (): void => {
    const open = this.list.items.filter(isOpen).map(({ id }) => id);
    open.forEach(this.#abort);
    this.set(cancelled(this.list, new Set(open)));
    this.#rest(null);
  };

  /** Queues a film again; with `force`, to be judged although it was rejected. */
  readonly retry = (id: number, force = false): void => {
    const forced = force || (itemOf(this.list, id)?.forced ?? false);
    this.set(changed(this.list, id, { status: 'queued', failure: null, forced }));
    this.resume();
  };

  /** Grades a film anew, from other pixels. */
  readonly replace = (id: number, study: Study): void => {
    this.#abort(id);
    this.set(replaced(this.list, id, study));
    this.resume();
  };

  /** Takes films out of the list, for as long as nobody wants them back. */
  readonly remove = (ids: readonly number[]): void => {
    const going = new Set(ids);
    const cleared = this.list.items.filter(({ id }) => going.has(id)).map(asUntouched);
    ids.forEach(this.#abort);
    this.set({ ...removed(this.list, going), cleared });
    this.#leave();
    this.#explainIfGraded(this.list.selected);
    this.#pump();
  };

  readonly clear = (): void => {
    this.stop();
    this.#grading.clear();
    this.#explaining.clear();
    this.#pauses = 0;
    // What was read from a file is of films that may be still to come, too.
    const { blind, items, kept } = this.list;
    this.set({ ...EMPTY, blind, kept, cleared: items.map(asUntouched) });
  };

  /** Brings back what was removed last, and goes on with what was still open. */
  readonly restore = (): void => {
    const { cleared, items } = this.list;
    const all = [...items, ...cleared].toSorted((one, other) => one.id - other.id);
    this.set({ ...this.list, cleared: [], items: all });
    for (const { id } of cleared.slice(0, 1)) {
      this.select(id);
    }
    this.matchReadings();
  };

  /** Ends a pause before its time. */
  readonly resume = (): void => {
    this.#rest(null);
    this.#pump();
  };

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
  #explainIfGraded(id: number | null): void {
    const item = itemOf(this.list, id);
    const before = askedFor(this.list, id);
    const target = askedFor(this.list, besideOf(this.list, id)) ?? before ?? 'predicted';
    if (item?.status === 'done' && target !== before) {
      this.explain(item.id, target);
    }
  }

  /** Films that are no longer looked at need no heatmap: whoever steps through many would wait. */
  #leave(): void {
    const { selected, compared } = this.list;
    for (const [id, underWay] of this.#explaining) {
      if (id !== selected && id !== compared) {
        underWay.abort();
        this.#explaining.delete(id);
        this.set(unasked(this.list, id));
      }
    }
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
    const ask = { target, explain: true, force: item.forced, signal };
    const outcome = await this.#predict(item.study, ask);
    if (signal.aborted) {
      return;
    }
    const bare = answered(null, 'predicted', { ...item.graded, explanation: null });
    const before = this.list.explained.get(id) ?? null;
    const after = outcome.ok
      ? answered(before, target, outcome.value)
      : targetFailed(before ?? { ...bare, predictions: {} }, target, outcome.failure);
    this.set(remembered(this.list, id, after));
  }

  /** Starts what may be started: what is looked at first, then in the list's order. */
  #pump(): void {
    // After a failure one file goes ahead, to see whether the way is free.
    const places = (this.#pauses > 0 ? 1 : MAX_IN_FLIGHT) - this.#grading.size;
    if (!this.list.pause && places > 0) {
      for (const id of dueNext(this.list, places)) {
        void this.#grade(id);
      }
    }
  }

  async #grade(id: number): Promise<void> {
    const item = itemOf(this.list, id);
    if (!item) {
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    this.#grading.set(id, controller);
    this.setFor(id, changed(this.list, id, { status: 'running', failure: null }));
    const explain = id === this.list.selected || id === this.list.compared;
    const ask = { target: 'predicted', explain, force: item.forced, signal } as const;
    const outcome = await this.#predict(item.study, ask);
    if (signal.aborted) {
      return;
    }
    this.#grading.delete(id);
    if (outcome.ok) {
      this.#accept(id, outcome.value);
    } else {
      this.#refuse(id, outcome.failure);
    }
    this.#pump();
  }

  #accept(id: number, prediction: Prediction): void {
    this.#pauses = 0;
    const list = accepted(this.list, id, prediction);
    this.setFor(id, list);
    this.matchReadings();
    if (id === list.selected || id === list.compared) {
      this.#explainIfGraded(id);
    }
  }

  #refuse(id: number, failure: Failure): void {
    if (isTemporary(failure)) {
      this.set(changed(this.list, id, { status: 'waiting', failure }));
      this.#rest(failure);
    } else {
      const status = failure.findings ? 'rejected' : 'failed';
      this.setFor(id, changed(this.list, id, { status, failure }));
    }
  }

  /** Lets the queue rest for as long as the service asks, or longer each time; `null` ends it. */
  #rest(failure: Failure | null): void {
    if (failure && this.list.pause) {
      return;
    }
    clearTimeout(this.#timer);
    if (!failure) {
      this.set({ ...this.list, pause: null });
      return;
    }
    const rest = pauseMs(failure, this.#pauses);
    this.#pauses += 1;
    this.set({ ...this.list, pause: { failure, until: Date.now() + rest } });
    this.#timer = setTimeout(this.resume, rest);
  }

  readonly #abort = (id: number): void => {
    for (const underWay of [this.#grading, this.#explaining]) {
      underWay.get(id)?.abort();
      underWay.delete(id);
    }
  };
}
