import type { Repair } from '../lib/study';
import type { Catalogue } from './en';

/** What was done to a picture before it was graded; empty where nothing was. */
export function repairWords(
  repair: Repair | undefined,
  { format, quality }: Pick<Catalogue, 'format' | 'quality'>,
): string {
  const { turned, inverted } = repair ?? { turned: 0, inverted: false };
  return format.all([
    ...(turned === 0 ? [] : [quality.repair.turned(turned)]),
    ...(inverted ? [quality.repair.inverted] : []),
  ]);
}
