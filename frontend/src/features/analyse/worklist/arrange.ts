import { SEVERITIES, type Severity } from '../../../lib/prediction';
import { patientOf } from './dated';
import type { Item } from './films';

export const COLUMNS = ['name', 'severity', 'brixia', 'date', 'patient', 'flags'] as const;
export type Column = (typeof COLUMNS)[number];
export const FILTERS = [
  'all',
  ...SEVERITIES,
  'refer',
  'rejected',
  'failed',
  'open',
  'hidden',
] as const;
export type Filter = (typeof FILTERS)[number];

export interface Arrangement {
  /** `null`: as the films were added. */
  readonly sort: Column | null;
  /** Whether against the column's own order. */
  readonly reversed: boolean;
  readonly filter: Filter;
  /** A part of the file's name, in any case. */
  readonly search: string;
}

export const AS_ADDED: Arrangement = { sort: null, reversed: false, filter: 'all', search: '' };

/** By another column; by the same one the other way round, and then as the films were added. */
export function sortedBy(arrangement: Arrangement, column: Column): Arrangement {
  const { sort, reversed } = arrangement;
  if (sort !== column) {
    return { ...arrangement, sort: column, reversed: false };
  }
  return reversed
    ? { ...arrangement, sort: null, reversed: false }
    : { ...arrangement, reversed: true };
}

const names = new Intl.Collator(undefined, { numeric: true });

/**
 * The grade that is expected, 0 (mild) to 2 (severe): finer than the most probable one, so that
 * films of one grade have an order too. Without a grade: below all.
 */
export function expectedGrade({ graded }: Item): number {
  return graded
    ? SEVERITIES.reduce((sum, grade, index) => sum + index * graded.probabilities[grade], 0)
    : -1;
}

const rank = ({ graded }: Item) => (graded ? SEVERITIES.indexOf(graded.severity) : -1);
/** Those without come last. */
const texts = (one: string, other: string) =>
  Number(one === '') - Number(other === '') || names.compare(one, other);

/** How many things are to be said of a film beside its grade. */
export const flagsOf = ({ graded, study, status }: Item): number =>
  Number(graded?.refer ?? false) +
  Number(graded ? !graded.quality.accepted : status === 'rejected' || status === 'failed') +
  Number(study.repaired !== undefined);

const ORDERS: Readonly<Record<Column, (one: Item, other: Item) => number>> = {
  name: (one, other) => names.compare(one.study.name, other.study.name),
  // The worst first.
  severity: (one, other) => rank(other) - rank(one) || expectedGrade(other) - expectedGrade(one),
  brixia: (one, other) => (other.graded?.brixia.total ?? -1) - (one.graded?.brixia.total ?? -1),
  date: (one, other) => texts(one.date, other.date),
  patient: (one, other) => texts(patientOf(one), patientOf(other)) || texts(one.date, other.date),
  flags: (one, other) => flagsOf(other) - flagsOf(one),
};

function passes({ graded, status }: Item, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'refer':
      return graded?.refer ?? false;
    case 'rejected':
    case 'hidden':
      return status === filter;
    case 'failed':
      return status === 'failed' || status === 'cancelled';
    case 'open':
      return status === 'queued' || status === 'waiting' || status === 'running';
    default:
      return graded?.severity === (filter satisfies Severity);
  }
}

/**
 * How many films pass each filter; those that none passes are left out, but for all and the one in
 * force, whose button may have the focus.
 */
export function countsOf(
  items: readonly Item[],
  inForce: Filter = 'all',
): readonly (readonly [Filter, number])[] {
  return FILTERS.map(
    (filter) => [filter, items.filter((item) => passes(item, filter)).length] as const,
  ).filter(([filter, count]) => filter === 'all' || filter === inForce || count > 0);
}

/** The films to list, in order. */
export function arrange(items: readonly Item[], arrangement: Arrangement): readonly Item[] {
  const { sort, reversed, filter, search } = arrangement;
  const part = search.trim().toLowerCase();
  const shown =
    filter === 'all' && part === ''
      ? items
      : items.filter(
          (item) => passes(item, filter) && item.study.name.toLowerCase().includes(part),
        );
  if (sort === null) {
    return shown;
  }
  const order = ORDERS[sort];
  const sign = reversed ? -1 : 1;
  return shown.toSorted((one, other) => sign * order(one, other) || one.id - other.id);
}
