import { SEVERITIES, type Severity } from './prediction';

/** Of fewer films a kappa says nothing: one grade more or less alike moves it from end to end. */
export const LEAST_FOR_KAPPA = 5;

export type Pair = readonly [one: Severity, other: Severity];

/** How far two readers agree on the same films. */
export interface Agreement {
  readonly films: number;
  /** Share of films with the same grade. */
  readonly same: number;
  /**
   * Quadratic weighted kappa (Cohen 1968); `null` of fewer than `LEAST_FOR_KAPPA` films, and where
   * chance alone would agree always.
   */
  readonly kappa: number | null;
}

/** Agreement over pairs of grades; `null` without any. */
export function agreementOf(pairs: readonly Pair[]): Agreement | null {
  const films = pairs.length;
  if (films === 0) {
    return null;
  }
  const rank = (grade: Severity) => SEVERITIES.indexOf(grade);
  const squared = (one: number, other: number) => (one - other) ** 2;
  const seen = pairs.reduce((sum, [one, other]) => sum + squared(rank(one), rank(other)), 0);
  // What strangers with the same habits would differ by: every grade of one beside each of the other.
  const counts = (side: 0 | 1) =>
    SEVERITIES.map((grade) => pairs.filter((pair) => pair[side] === grade).length);
  const others = counts(1);
  const byChance =
    counts(0).reduce(
      (sum, count, one) =>
        sum + others.reduce((inner, more, other) => inner + count * more * squared(one, other), 0),
      0,
    ) / films;
  return {
    films,
    same: pairs.filter(([one, other]) => one === other).length / films,
    kappa: films < LEAST_FOR_KAPPA || byChance === 0 ? null : 1 - seen / byChance,
  };
}
