import { EMPTY, type Worklist } from './films';

/** A list that is replaced, never changed, and whoever wants to know of it. */
export class Held {
  protected list: Worklist = EMPTY;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Worklist => this.list;

  protected set(list: Worklist): void {
    this.list = list;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
