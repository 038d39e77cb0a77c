import type { Severity, Zone } from './prediction';

/** The zones of the Brixia score: the patient's right lung from top to bottom, then the left. */
export const ZONES = ['A', 'B', 'C', 'D', 'E', 'F'] as const satisfies readonly Zone[];
export const ZONE_MOST = 3;
export const TOTAL_MOST = 18;

/**
 * Totals at which one grade ends and the next begins: the reference grades were made so, from the
 * bins 0 to 5, 6 to 11 and 12 to 18 (docs/data-card.md).
 */
export const CUTS = [5.5, 11.5] as const;

/** The grade whose range holds a Brixia total, 0 to 18. */
export function gradeOfTotal(total: number): Severity {
  return total < CUTS[0] ? 'mild' : total < CUTS[1] ? 'moderate' : 'severe';
}
