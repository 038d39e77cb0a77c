import { ZONES } from '../../../lib/grades';
import {
  gradeOf,
  isScored,
  type KeptReading,
  type Reading,
  saysSomething,
  wasSeen,
} from '../../../lib/reading';
import { Awaited } from './awaited';
import { asSeen, isHidden } from './blind';
import { changed, changedAmong, type Facts, type Item, itemOf, type Worklist } from './films';
import { Held } from './held';
import { broughtBy, keptWith, personalOf, saidOf, UNREAD } from './said';

type Said = Partial<Pick<Reading, 'grade' | 'zones' | 'comment'>>;

/** A film before and after a reading that was found gave it what it holds. */
export interface Brought {
  readonly found: KeptReading;
  readonly before: Item;
  readonly after: Item;
}

/** What came of a file of readings. */
export interface Restored {
  /** Readings whose films are not open, or not known by their content. */
  readonly waiting: number;
  /** Films of which something newer was said here, which stays. */
  readonly newerHere: number;
  /** Films of which something older was said here, which is gone unless it is taken back. */
  readonly replaced: readonly Brought[];
}

/** The part of the list that is a person's: facts, readings, and what is hidden until these are given. */
export abstract class Readings extends Held {
  readonly #awaited = new Awaited();
  /**
   * Contents whose results were on the screen, for the page's life: in a row that is gone, in
   * another one, or in the session that a file of readings is of.
   */
  readonly #shown = new Set<string>();
  readonly #saidHere = new WeakSet<KeptReading>();

  readonly describe = (id: number, facts: Partial<Facts & Pick<Item, 'impression'>>): void => {
    const item = itemOf(this.list, id);
    const { model, input } = item?.graded ?? {};
    const beside = { writtenFor: model?.version ?? null, writtenOf: input?.sha256 ?? null };
    const written = facts.impression === undefined ? {} : beside;
    const described = [...new Set([...(item?.described ?? []), ...Object.keys(facts)])];
    this.set(changed(this.list, id, { ...facts, ...written, described }));
  };

  /**
   * Takes down what a file says of a film, which nobody waits for; also of one that was removed
   * meanwhile: it may be brought back, and its file is read once. Of many files the last are read
   * late: what a person said before then stays.
   */
  readonly learn = (id: number, told: Partial<Facts>): void => {
    const { items, cleared: removed } = this.list;
    const described = [...items, ...removed].find((item) => item.id === id)?.described;
    const facts: Partial<Facts> = Object.fromEntries(
      Object.entries(told).filter(([fact]) => !described?.includes(fact)),
    );
    const cleared = changedAmong(this.list.cleared, id, facts);
    this.setFor(id, changed({ ...this.list, cleared }, id, facts));
  };

  /** Takes down what the reader says of a film. */
  readonly read = (id: number, said: Said): void => {
    const item = itemOf(this.list, id);
    if (!item) {
      return;
    }
    const before = item.reading;
    const stood = before ?? UNREAD;
    const stands = { ...stood, ...said };
    const sameZones = ZONES.every((zone) => stands.zones[zone] === stood.zones[zone]);
    if (sameZones && stands.grade === stood.grade && stands.comment === stood.comment) {
      return;
    }
    // A comment alone does not make a grade that was given blind another one, nor does choosing
    // what its zones amount to.
    const scores = !sameZones || gradeOf(stands) !== gradeOf(stood);
    // What was scored with the result known does not become blind when it is scored again.
    const known = before !== null && isScored(before) && wasSeen(before);
    const now = !known && this.#isUnseen(item);
    const blind = scores || before === null ? now : before.blind;
    const reading: Reading = { ...stands, blind, at: new Date().toISOString() };
    // The reader is told: nothing else on the page shows that a blind reading has ended to be one.
    const unblinded =
      item.unblinded || (before !== null && isScored(before) && before.blind && !blind);
    this.set(changed(this.list, id, { reading, unblinded }));
  };

  readonly unread = (id: number): void => {
    this.set(changed(this.list, id, { reading: null, unblinded: false }));
  };

  /** Hides what came out until each film is revealed; what was read already stays to be seen. */
  readonly hideResults = (blind: boolean): void => {
    if (blind !== this.list.blind) {
      const anew = (item: Item): Item =>
        blind ? { ...item, revealed: saysSomething(item.reading) } : asSeen(item);
      const items = this.list.items.map(anew);
      // Of those that may be brought back results are hidden too.
      const cleared = blind ? this.list.cleared.map(anew) : this.list.cleared;
      this.set({ ...this.list, blind, items: this.asShown(items), cleared });
    }
  };

  readonly reveal = (id: number): void => {
    const list = changed(this.list, id, { revealed: true, seen: true });
    this.set({ ...list, items: this.asShown(list.items) });
  };

  /**
   * Gives films their readings from a file; the rest waits for films that are opened later. Of two
   * of one film the one given later stands, whichever way it came.
   */
  readonly restoreReadings = (
    readings: readonly KeptReading[],
    seen: readonly string[] = [],
  ): Restored => {
    // What was seen on this page already makes nothing less blind that was read before that.
    const known = new Set(seen.filter((content) => !this.#shown.has(content)));
    for (const content of known) {
      this.#shown.add(content);
    }
    // What was read here of a film that its reader had seen before was not blind.
    const withSeen = (item: Item) =>
      item.graded && known.has(item.graded.input.sha256) ? asSeenBefore(item) : item;
    const items = this.list.items.map(withSeen);
    const cleared = this.list.cleared.map(withSeen);
    const { stays, fresh } = keptWith(this.list.kept, readings);
    for (const { reading, from, before } of fresh) {
      if (reading !== from && before && this.isSaidHere(before)) {
        this.#saidHere.add(reading);
      }
    }
    const came = fresh.map(({ reading }) => reading);
    this.set({ ...this.list, items, cleared, kept: [...stays, ...came] });
    const brought = this.matchReadings();
    const mine = new Set(came);
    const newer = brought.filter(
      ({ found, before: { reading } }) =>
        saysSomething(reading) && saysSomething(found) && reading.at > found.at,
    );
    return {
      waiting: this.list.kept.filter((reading) => mine.has(reading)).length,
      newerHere: newer.length + readings.length - came.length,
      replaced: brought.filter(
        ({ before, after }) => saysSomething(before.reading) && after.reading !== before.reading,
      ),
    };
  };

  /** Puts back what the readings of a file took the place of, where nothing was said since. */
  readonly takeBack = (replaced: readonly Brought[]): void => {
    const byFilm = new Map(replaced.map((one) => [one.before.id, one]));
    const items = this.list.items.map((item) => {
      const { before, after } = byFilm.get(item.id) ?? {};
      return before && item.reading === after?.reading && item.described === after.described
        ? { ...item, ...personalOf(before) }
        : item;
    });
    this.set({ ...this.list, items });
  };

  /** SHA-256 of the contents whose results were on the screen, for a file. */
  readonly seenContents = (): readonly string[] => [...this.#shown];

  /** Films whose contents were on the screen, in whichever row, as ones that were seen. */
  protected asShown(items: readonly Item[]): readonly Item[] {
    for (const { seen, graded } of items) {
      if (seen && graded) {
        this.#shown.add(graded.input.sha256);
      }
    }
    return items.map((item) =>
      item.graded && !item.seen && this.#shown.has(item.graded.input.sha256)
        ? { ...item, seen: true }
        : item,
    );
  }

  /**
   * `list` with what its film, which was just graded, turns out to be: a content that was seen
   * before, of which nothing was read blind, even while it was not known.
   */
  protected asKnown(list: Worklist, id: number): Worklist {
    const item = itemOf(list, id);
    if (!item?.graded) {
      return list;
    }
    const { sha256 } = item.graded.input;
    const before = this.#shown.has(sha256) && !itemOf(this.list, id)?.seen;
    if (item.seen) {
      this.#shown.add(sha256);
    }
    return before ? changed(list, id, asSeenBefore(item)) : list;
  }

  /** Whether the result of a film could not have been known when it was read. */
  #isUnseen(item: Item): boolean {
    const { graded, revealed, seen } = item;
    const shown = seen || revealed || (graded && this.#shown.has(graded.input.sha256));
    return !shown && (graded === null || isHidden(this.list, item));
  }

  /** To be called when films have come, or readings. */
  protected matchReadings(of: 'items' | 'cleared' = 'items'): readonly Brought[] {
    if (this.list.kept.length === 0) {
      return [];
    }
    const brought: Brought[] = [];
    const items = this.list[of].map((item) => {
      const found = this.#awaited.take(this.list.kept, item);
      if (!found) {
        return item;
      }
      const after = { ...item, ...broughtBy(found, item) };
      brought.push({ found, before: item, after });
      return after;
    });
    if (brought.length > 0) {
      const taken = new Set(brought.map(({ found }) => found));
      const kept = this.#awaited.without(this.list.kept, taken);
      this.set({ ...this.list, [of]: items, kept });
    }
    return brought;
  }

  /**
   * What waits for its films, with what was said of those that are about to be gone for good: each
   * may be opened again.
   */
  protected keptWithCleared(): readonly KeptReading[] {
    // A file that was opened since they were removed may be of them, too.
    this.matchReadings('cleared');
    const gone = this.list.cleared.flatMap(saidOf);
    for (const reading of gone) {
      this.#saidHere.add(reading);
    }
    return [...this.list.kept, ...gone];
  }

  /** Whether a reading that waits for its film was given on this page: no file may hold it yet. */
  readonly isSaidHere = (reading: KeptReading): boolean => this.#saidHere.has(reading);

  /**
   * The same of one film, once its content is known, or it turns out that it will not be. With two
   * thousand films that come one by one, to look at all of them each time, and to draw them all,
   * would hold up the page.
   */
  protected matchReading(id: number): void {
    const item = itemOf(this.list, id);
    const found = item && this.#awaited.take(this.list.kept, item);
    if (found) {
      const kept = this.#awaited.without(this.list.kept, new Set([found]));
      this.setFor(id, { ...changed(this.list, id, broughtBy(found, item)), kept });
    }
  }
}

/** A film whose result the reader knew before anything was said of it here. */
const asSeenBefore = (item: Item): Item => ({
  ...item,
  seen: true,
  reading: item.reading && { ...item.reading, blind: false },
});

/** All readings of the list, for a file, and of films that were removed from it. */
export const readingsOf = ({ items, cleared, kept }: Worklist): KeptReading[] => [
  ...[...items, ...cleared].flatMap(saidOf),
  ...kept,
];
