import type { KeptReading, Reading } from '../../../lib/reading';
import { isHidden } from './blind';
import { changed, type Facts, type Item, itemOf, type Worklist } from './films';
import { Held } from './held';

type Said = Partial<Pick<Reading, 'grade' | 'zones' | 'comment'>>;

const UNREAD: Pick<Reading, 'grade' | 'zones' | 'comment'> = {
  grade: null,
  zones: {},
  comment: '',
};

/** The part of the list that is a person's: facts, readings, and what is hidden until these are given. */
export abstract class Readings extends Held {
  readonly describe = (id: number, facts: Partial<Facts & Pick<Item, 'impression'>>): void => {
    this.set(changed(this.list, id, facts));
  };

  /** Takes down what a file says of a film, which nobody waits for. */
  readonly learn = (id: number, facts: Partial<Facts>): void => {
    this.setFor(id, changed(this.list, id, facts));
  };

  /** Takes down what the reader says of a film. */
  readonly read = (id: number, said: Said): void => {
    const item = itemOf(this.list, id);
    if (!item) {
      return;
    }
    const before = item.reading;
    // A comment alone does not make a grade that was given blind another one.
    const scores = said.grade !== undefined || said.zones !== undefined;
    const now = isUnseen(this.list, item);
    const blind = scores || before === null ? now : before.blind;
    const reading: Reading = {
      ...UNREAD,
      ...before,
      ...said,
      blind,
      at: new Date().toISOString(),
    };
    // The reader is told: nothing else on the page shows that a blind reading has ended to be one.
    const unblinded = item.unblinded || (isScored(before) && before.blind && !blind);
    this.set(changed(this.list, id, { reading, unblinded }));
  };

  readonly unread = (id: number): void => {
    this.set(changed(this.list, id, { reading: null, unblinded: false }));
  };

  /** Hides what came out until each film is revealed; what was read already stays to be seen. */
  readonly hideResults = (blind: boolean): void => {
    if (blind !== this.list.blind) {
      const items = this.list.items.map((item) =>
        blind
          ? { ...item, revealed: item.reading !== null }
          : // From now on everything that is graded is on the screen.
            { ...item, seen: item.seen || item.graded !== null },
      );
      this.set({ ...this.list, blind, items });
    }
  };

  readonly reveal = (id: number): void => {
    this.set(changed(this.list, id, { revealed: true, seen: true }));
  };

  /** Gives films their readings from a file; the rest waits for films that are opened later. */
  readonly restoreReadings = (readings: readonly KeptReading[]): void => {
    this.set({ ...this.list, kept: [...this.list.kept, ...readings] });
    this.matchReadings(true);
  };

  /**
   * To be called when a film has come, or what is known of it. Only a file that is opened just now
   * takes the place of what was said later: a film whose content comes to be known may have been
   * read while that was awaited.
   */
  protected matchReadings(opened = false): void {
    if (this.list.kept.length === 0) {
      return;
    }
    let { kept } = this.list;
    const items = this.list.items.map((item) => {
      const found = kept.find((reading) => isOf(reading, item));
      if (!found) {
        return item;
      }
      kept = kept.filter((reading) => reading !== found);
      if (!opened && item.reading && item.reading.at > found.at) {
        return item;
      }
      const { file: _, sha256: __, ...reading } = found;
      return { ...item, reading, unblinded: false };
    });
    this.set({ ...this.list, items, kept });
  }
}

/** Whether the result of a film could not have been known when it was read. */
function isUnseen(list: Worklist, item: Item): boolean {
  return !item.seen && !item.revealed && (item.graded === null || isHidden(list, item));
}

/** Whether there is a score in it; a comment alone is none. */
const isScored = (reading: Reading | null): reading is Reading =>
  reading !== null && (reading.grade !== null || Object.keys(reading.zones).length > 0);

/**
 * By content, where the reading knows it: until a film's own is known, by its result, it may be
 * another patient's of the same name. By name only where the film was never graded, and so the
 * reading has nothing else.
 */
function isOf({ file, sha256 }: KeptReading, { study, graded }: Item): boolean {
  return sha256 === '' ? study.name === file : graded?.input.sha256 === sha256;
}

/** All readings of the list, for a file. */
export function readingsOf({ items, kept }: Worklist): KeptReading[] {
  const here = items.flatMap(({ study, graded, reading }) =>
    reading ? [{ ...reading, file: study.name, sha256: graded?.input.sha256 ?? '' }] : [],
  );
  return [...here, ...kept];
}
