import { EMPTY, type Worklist } from './films';

/**
 * How long changes that nobody waits for may gather before they are told, in milliseconds. Each
 * telling draws the page anew, and two thousand answers one by one leave so much garbage that
 * collecting it holds the page up for longer than all its own work.
 */
const GATHER_MS = 100;

/** A list that is replaced, never changed, and whoever wants to know of it. */
export class Held {
  protected list: Worklist = EMPTY;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Worklist => this.list;

  /** Replaces the list and tells so at once. */
  protected set(list: Worklist): void {
    this.list = list;
    this.#tell();
  }

  /** Replaces the list after a change of one film: told at once where that film is looked at. */
  protected setFor(id: number, list: Worklist): void {
    if (id === list.selected || id === list.compared) {
      this.set(list);
    } else {
      this.list = list;
      this.#gathering ??= setTimeout(this.#tell, GATHER_MS);
    }
  }

  readonly #tell = (): void => {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    for (const listener of this.#listeners) {
      listener();
    }
  };
}
