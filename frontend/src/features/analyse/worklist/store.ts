import type { Failure } from '../../../lib/failure';
import { longTimer } from '../../../lib/longTimer';
import { FIRST_TARGET, type Prediction } from '../../../lib/prediction';
import type { Study } from '../../../lib/study';
import { asSeen } from './blind';
import { Explaining } from './explaining';
import {
  added,
  cancelled,
  changed,
  EMPTY,
  type Facts,
  type Item,
  isOpen,
  itemOf,
  removed,
  replaced,
} from './films';
import { accepted } from './maps';
import { isHopeless, isTemporary, pauseMs, triedAgain } from './pauses';
import { asUntouched, dueNext } from './queue';

/** Enough to keep a service of two to four cores busy while the next file travels. */
export const MAX_IN_FLIGHT = 3;

/** The films that are open, and the queue that has them graded a few at a time. */
export class WorklistStore extends Explaining {
  #nextId = 1;
  /** Pauses in a row; an answer ends the row. */
  #pauses = 0;
  /** Films that were judged while the queue did not rest: the way was free. */
  #answers = 0;
  #endTimer = (): void => undefined;
  readonly #grading = new Map<number, AbortController>();

  /** Ends whatever is under way; the list stays. */
  readonly stop = (): void => {
    this.#endTimer();
    for (const underWay of this.#grading.values()) {
      underWay.abort();
    }
    this.endAllExplaining();
  };

  /** Queues studies and selects the first of them. One that is open already is only selected. */
  readonly add = (
    studies: readonly Study[],
    facts?: (study: Study) => Facts,
  ): readonly number[] => {
    const { list, ids } = added(this.list, studies, this.#nextId, facts);
    this.#nextId += list.items.length - this.list.items.length;
    // With the first film that comes nothing is brought back any more.
    const kept = list === this.list ? list.kept : this.keptWithCleared();
    this.set({ ...list, kept });
    const asked = new Set(ids);
    for (const { id, status } of list.items) {
      // Whoever opens again what came to nothing wants it graded.
      if ((status === 'failed' || status === 'cancelled') && asked.has(id)) {
        this.retry(id);
      }
    }
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
    this.leave();
    this.explainIfGraded(id);
    this.#pump();
  };

  /** Shows a film beside the selected one; `null` ends it. */
  readonly compare = (id: number | null): void => {
    this.set({ ...this.list, compared: id === this.list.selected ? null : id });
    this.leave();
    this.explainIfGraded(id);
    this.#pump();
  };

  /** Takes a film out of the queue; alone in the list, it leaves for as long as nobody wants it back. */
  readonly cancel = (id: number): void => {
    const item = itemOf(this.list, id);
    if (!item || !isOpen(item)) {
      // Its answer has come meanwhile.
      return;
    }
    this.#abort(id);
    const { items } = this.list;
    if (items.length === 1) {
      const list = removed(this.list, new Set([id]));
      this.set({ ...list, cancelled: true, cleared: this.#clearedWith(items) });
    } else {
      this.set(cancelled(this.list, new Set([id])));
    }
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
    // One that is tried again already need not be sent twice, only shown to be on its way.
    const status = this.#grading.has(id) ? 'running' : 'queued';
    this.set(changed(this.list, id, { status, failure: null, tries: null, forced }));
    this.resume();
  };

  /** Grades a film anew, from other pixels. */
  readonly replace = (id: number, study: Study): void => {
    this.#abort(id);
    this.set(replaced(this.list, id, study));
    // Not before a pause has ended: many films may be graded anew at once.
    this.#pump();
  };

  /** Takes films out of the list, for as long as nobody wants them back. */
  readonly remove = (ids: readonly number[]): void => {
    const going = new Set(ids);
    if (!this.list.items.some(({ id }) => going.has(id))) {
      // They are gone already.
      return;
    }
    const cleared = this.#clearedWith(this.list.items.filter(({ id }) => going.has(id)));
    ids.forEach(this.#abort);
    this.set({ ...removed(this.list, going), cleared });
    this.leave();
    this.explainIfGraded(this.list.selected);
    this.#pump();
  };

  readonly clear = (): void => {
    this.stop();
    this.#grading.clear();
    this.#pauses = 0;
    // What was read from a file is of films that may be still to come, too.
    const { blind, items, kept } = this.list;
    this.set({ ...EMPTY, blind, kept, cleared: this.#clearedWith(items) });
  };

  /** Brings back what was removed, and goes on with what was still open. */
  readonly restore = (): void => {
    const { blind, cleared, items } = this.list;
    // Results may have been hidden when they were removed, and be on the screen from now on.
    const back = blind ? cleared : cleared.map(asSeen);
    const all = [...items, ...back].toSorted((one, other) => one.id - other.id);
    this.set({ ...this.list, cleared: [], items: this.asShown(all) });
    for (const { id } of cleared.slice(0, 1)) {
      this.select(id);
    }
    this.matchReadings();
  };

  /** With what was removed before: a second click may meet the row that has moved up. */
  #clearedWith(films: readonly Item[]): readonly Item[] {
    return [...this.list.cleared, ...films.map(asUntouched)];
  }

  /** Ends a pause before its time. */
  readonly resume = (): void => {
    this.#rest(null);
    this.#pump();
  };

  /** Starts what may be started: what is looked at first, then in the list's order. */
  #pump(): void {
    // A pause is of films that wait: what is opened later would wait for nothing that is told.
    if (this.list.pause && !this.list.items.some(isOpen)) {
      this.#rest(null);
    }
    // After a failure one file goes ahead, to see whether the way is free.
    const ahead = this.#pauses > 0;
    const places = (ahead ? 1 : MAX_IN_FLIGHT) - this.#grading.size;
    if (!this.list.pause && places > 0) {
      for (const id of dueNext(this.list, places, ahead)) {
        void this.#grade(id, ahead);
      }
    }
  }

  async #grade(id: number, ahead: boolean): Promise<void> {
    const item = itemOf(this.list, id);
    if (!item) {
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    this.#grading.set(id, controller);
    // While nobody asked for another try, what is shown stays: it would come and go with each.
    const failure = item.status === 'waiting' ? item.failure : null;
    this.setFor(id, changed(this.list, id, { status: 'running', failure }));
    const explain = id === this.list.selected || id === this.list.compared;
    const ask = { target: FIRST_TARGET, explain, force: item.forced, signal } as const;
    const outcome = await this.predict(item.study, ask);
    if (signal.aborted) {
      return;
    }
    this.#grading.delete(id);
    if (outcome.ok) {
      this.#accept(id, outcome.value);
    } else {
      this.#refuse(id, outcome.failure, ahead);
    }
    this.#pump();
  }

  #accept(id: number, prediction: Prediction): void {
    this.#judged();
    const list = accepted(this.list, id, prediction);
    this.setFor(id, this.asKnown(list, id));
    this.matchReading(id);
    if (id === list.selected || id === list.compared) {
      this.explainIfGraded(id);
    }
  }

  /** The service is there. What was under way when a pause began does not say that it still is. */
  #judged(): void {
    this.#pauses = 0;
    this.#answers += this.list.pause ? 0 : 1;
  }

  #refuse(id: number, failure: Failure, ahead: boolean): void {
    if (!isTemporary(failure)) {
      if (failure.findings) {
        this.#judged();
      }
      const status = failure.findings ? 'rejected' : 'failed';
      this.setFor(id, changed(this.list, id, { status, failure, tries: null }));
      this.matchReading(id);
      return;
    }
    const before = itemOf(this.list, id)?.tries ?? null;
    const tries = triedAgain(before, failure, this.#answers, ahead);
    const status = isHopeless(tries, failure, this.#answers) ? 'failed' : 'waiting';
    this.set(changed(this.list, id, { status, failure, tries }));
    // Given up or not, the service wants to be left alone; unless there is nothing more to ask it.
    if (this.list.items.some(isOpen)) {
      this.#rest(failure);
    }
  }

  /** Lets the queue rest for as long as the service asks, or longer each time; `null` ends it. */
  #rest(failure: Failure | null): void {
    const { pause } = this.list;
    if (failure && pause) {
      // Of those that failed together, one may have been told to wait for longer.
      const { retryAfter = 0 } = failure;
      if (Date.now() + 1000 * retryAfter <= pause.until) {
        return;
      }
    }
    this.#endTimer();
    if (!failure) {
      this.set({ ...this.list, pause: null });
      return;
    }
    const rest = pauseMs(failure, pause ? 0 : this.#pauses);
    this.#pauses += pause ? 0 : 1;
    this.set({ ...this.list, pause: { failure, until: Date.now() + rest } });
    this.#endTimer = longTimer(this.resume, rest);
  }

  readonly #abort = (id: number): void => {
    this.#grading.get(id)?.abort();
    this.#grading.delete(id);
    this.endExplaining(id);
  };
}
