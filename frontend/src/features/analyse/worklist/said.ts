import {
  type KeptReading,
  lasting,
  type Reading,
  saysSomething,
  type Words,
  wasSeen,
} from '../../../lib/reading';
import { filmOf } from './awaited';
import type { Item } from './films';

export const UNREAD: Pick<Reading, 'grade' | 'zones' | 'comment'> = {
  grade: null,
  zones: {},
  comment: '',
};

const wordsOf = (item: Item): Words => {
  const typed = (fact: 'patient' | 'date') => (item.described.includes(fact) ? item[fact] : null);
  const { impression, writtenFor, writtenOf } = item;
  return { impression, writtenFor, writtenOf, patient: typed('patient'), date: typed('date') };
};

/** The words of one, and what these leave open of another of the same film. */
function wordsFrom(one: Words, other: Words): Words {
  const { impression, writtenFor = null, writtenOf = null } = one.impression === null ? other : one;
  const patient = one.patient ?? other.patient ?? null;
  return { impression, writtenFor, writtenOf, patient, date: one.date ?? other.date ?? null };
}

/** Whether there are words in `other` that `one` leaves open. */
const leavesOpen = (one: Words, other: Words): boolean =>
  (['impression', 'patient', 'date'] as const).some(
    (part) => (one[part] ?? null) === null && (other[part] ?? null) !== null,
  );

/** What is a person's of a film. */
export const personalOf = (item: Item) => {
  const { reading, unblinded, impression, writtenFor, writtenOf } = item;
  const { described, patient, date } = item;
  return { reading, unblinded, impression, writtenFor, writtenOf, described, patient, date };
};

/**
 * What was said of a film, if anything; where it has nothing else, its words. A patient who is a
 * number alone is not among them: by the time it is read, the list may call somebody else so.
 */
export function saidOf(item: Item): KeptReading[] {
  const { study, graded, reading, seen } = item;
  const { patient = null, ...rest } = wordsOf(item);
  const words = { ...rest, patient: lasting(patient) };
  if (reading === null && !leavesOpen({ impression: null }, words)) {
    return [];
  }
  // An impression is of a result that was seen; whose film it is anyone may know.
  const unread = { ...UNREAD, blind: words.impression === null && !seen, at: '' };
  return [
    { ...(reading ?? unread), file: study.name, sha256: graded?.input.sha256 ?? '', ...words },
  ];
}

/**
 * What a reading that was found makes of its film. Of two readings the one given later stands, with
 * its words; where no time tells, what stands here is not taken away.
 */
export function broughtBy(found: KeptReading, item: Item): Partial<Item> {
  const { grade, zones, comment, blind, at } = found;
  const older = item.reading !== null && item.reading.at < at;
  const own = wordsOf(item);
  const { patient, date, ...written } = older ? wordsFrom(found, own) : wordsFrom(own, found);
  const typed = { ...(patient != null && { patient }), ...(date != null && { date }) };
  const described = [...new Set([...item.described, ...Object.keys(typed)])];
  const words = { ...written, ...typed, described };
  if (item.reading && !older) {
    return words;
  }
  const reading = { grade, zones, comment, blind, at };
  const seen = item.seen || wasSeen(reading);
  return saysSomething(reading)
    ? { reading, unblinded: false, ...words, seen }
    : { ...words, seen };
}

/**
 * What waits for its films and `stays` when a file is opened, and what is `fresh` in that file: of two
 * of one film the one given later, of equal ones the file's. `reading` is `from` the file, with the
 * words that this leaves open.
 */
export function keptWith(kept: readonly KeptReading[], readings: readonly KeptReading[]) {
  const latest = new Map<string, string>();
  for (const reading of readings) {
    const film = filmOf(reading);
    const at = latest.get(film) ?? '';
    latest.set(film, reading.at > at ? reading.at : at);
  }
  const isNewer = (reading: KeptReading) => {
    const at = latest.get(filmOf(reading));
    return at === undefined || reading.at > at;
  };
  const stays = kept.filter(isNewer);
  const newer = new Set(stays.map(filmOf));
  const gone = new Map(
    kept.flatMap((reading) => (isNewer(reading) ? [] : [[filmOf(reading), reading] as const])),
  );
  const fresh = readings
    .filter((reading) => !newer.has(filmOf(reading)))
    .map((from) => {
      const before = gone.get(filmOf(from));
      return before && leavesOpen(from, before)
        ? { from, before, reading: { ...from, ...wordsFrom(from, before) } }
        : { from, before, reading: from };
    });
  return { stays, fresh };
}
