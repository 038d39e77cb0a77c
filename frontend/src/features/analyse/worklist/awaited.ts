import type { KeptReading } from '../../../lib/reading';
import type { Item } from './films';
import { isTemporary } from './pauses';

/** Tells readings of one film from those of another. */
export const filmOf = ({ file, sha256 }: KeptReading): string => JSON.stringify([file, sha256]);

/** By what a reading is found; a name is never taken for a content. */
const keyOf = ({ file, sha256 }: Pick<KeptReading, 'file' | 'sha256'>) =>
  sha256 === '' ? `name ${file}` : `content ${sha256}`;

/** Whether a film without a result will have none unless somebody asks for one. */
const isSettled = ({ status, failure }: Item) =>
  status === 'rejected' || (status === 'failed' && failure !== null && !isTemporary(failure));

/** The readings that wait for their films, to be found without looking through all of them. */
export class Awaited {
  #known: readonly KeptReading[] = [];
  #byKey = new Map<string, KeptReading[]>();

  /**
   * Takes the first of `kept` that is of this film; `without` is to be called then.
   *
   * By content, where the reading knows it: until a film's own is known, by its result, it may be
   * another patient's of the same name. By name only where neither has anything else: the reading
   * is of a film that was never graded, and this one was not either when it was its turn.
   */
  take(kept: readonly KeptReading[], item: Item): KeptReading | null {
    const { study, graded } = item;
    if (!graded && !isSettled(item)) {
      return null;
    }
    if (kept !== this.#known) {
      this.#known = kept;
      this.#byKey = new Map();
      for (const reading of kept) {
        const key = keyOf(reading);
        const before = this.#byKey.get(key);
        if (before) {
          before.push(reading);
        } else {
          this.#byKey.set(key, [reading]);
        }
      }
    }
    const key = keyOf({ file: study.name, sha256: graded?.input.sha256 ?? '' });
    return this.#byKey.get(key)?.shift() ?? null;
  }

  /** What is left of `kept`, which need not be sorted anew: those that are gone were taken. */
  without(kept: readonly KeptReading[], taken: ReadonlySet<KeptReading>): readonly KeptReading[] {
    const [first] = taken;
    // One goes with each answer, which is no reason to ask all others.
    this.#known =
      first && taken.size === 1
        ? kept.toSpliced(kept.indexOf(first), 1)
        : kept.filter((reading) => !taken.has(reading));
    return this.#known;
  }
}
