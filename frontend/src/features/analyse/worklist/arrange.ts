import { SEVERITIES, type Severity } from '../../../lib/prediction';
import type { Item } from './films';

export const SORTS = ['added', 'severity', 'name', 'date'] as const;
export type Sort = (typeof SORTS)[number];
export const FILTERS = ['all', ...SEVERITIES, 'refer', 'rejected', 'failed', 'open'] as const;
export type Filter = (typeof FILTERS)[number];

export interface Arrangement {
  readonly sort: Sort;
  readonly filter: Filter;
  /** A part of the file's name, in any case. */
  readonly search: string;
}

export const AS_ADDED: Arrangement = { sort: 'added', filter: 'all', search: '' };

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

const ORDERS: Readonly<Record<Sort, (one: Item, other: Item) => number>> = {
  added: (one, other) => one.id - other.id,
  // The worst first.
  severity: (one, other) =>
    rank(other) - rank(one) || expectedGrade(other) - expectedGrade(one) || one.id - other.id,
  name: (one, other) => names.compare(one.study.name, other.study.name),
  // Those without a date last.
  date: (one, other) =>
    Number(one.date === '') - Number(other.date === '') ||
    (one.date < other.date ? -1 : Number(one.date > other.date)),
};

function passes({ graded, status }: Item, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'refer':
      return graded?.refer ?? false;
    case 'rejected':
      return status === 'rejected';
    case 'failed':
      return status === 'failed' || status === 'cancelled';
    case 'open':
      return status === 'queued' || status === 'waiting' || status === 'running';
    default:
      return graded?.severity === (filter satisfies Severity);
  }
}

/** The films to list, in order. */
export function arrange(items: readonly Item[], { sort, filter, search }: Arrangement): Item[] {
  const part = search.trim().toLowerCase();
  return items
    .filter((item) => passes(item, filter) && item.study.name.toLowerCase().includes(part))
    .toSorted(ORDERS[sort]);
}
