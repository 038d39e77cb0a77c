import type { Failure } from '../../../lib/failure';

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
const TEMPORARY: ReadonlySet<string> = new Set(['busy', 'not-ready', 'network']);

/** Whether the service, or the way to it, is not there just now; the file is not to blame. */
export const isTemporary = ({ code }: Failure): boolean => TEMPORARY.has(code);

/** How long to rest after a failure: as long as the service asks, or longer each time. */
export function pauseMs({ retryAfter }: Failure, pausesBefore: number): number {
  const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** pausesBefore);
  return Math.max(1000 * (retryAfter ?? 0), grown);
}
