import { isKeyWanted } from '../../../lib/apiKey';
import type { Failure } from '../../../lib/failure';

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
const RATE_LIMITED = 'rate-limited';
/** The service is there, and this film's own bytes did not reach it in time or as a whole. */
const UPLOAD: ReadonlySet<string> = new Set([
  'upload-too-slow',
  'request-too-slow',
  'incomplete-upload',
]);
/** The service wants a key, or another one. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'credentials-missing',
  'credentials-invalid',
  'credentials-expired',
  'scope-missing',
]);
/** What a gateway says in words of its own where nobody answers behind it. */
const NO_PROBLEM = 'unexpected-answer';
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);
const TEMPORARY: ReadonlySet<string> = new Set([
  'busy',
  'not-ready',
  'network',
  RATE_LIMITED,
  ...UPLOAD,
  ...CREDENTIALS,
]);

/** Whether the service, or the way to it, is not there just now; the file is not to blame. */
export const isTemporary = ({ code, status }: Failure): boolean =>
  TEMPORARY.has(code) || (code === NO_PROBLEM && AWAY.has(status ?? 0));

/** Whether it was the film's own bytes that did not arrive. */
export const isUpload = ({ code }: Failure): boolean => UPLOAD.has(code);

/**
 * How long to rest after a failure: as long as the service asks, or longer each time; without end
 * while it waits for a key, which may have been given since the film was sent.
 */
export function pauseMs({ code, retryAfter }: Failure, pausesBefore: number): number {
  if (CREDENTIALS.has(code) && isKeyWanted()) {
    return Number.POSITIVE_INFINITY;
  }
  const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** pausesBefore);
  return Math.max(1000 * (retryAfter ?? 0), grown);
}

/** Temporary failures of one film in a row. */
export interface Tries {
  readonly count: number;
  /** How many answers there had been for other films at the first of them. */
  readonly since: number;
}

/** How often a film is tried that finds no answer while others do. */
export const MOST_TRIES = 5;

/**
 * After one more temporary failure.
 *
 * @param ahead whether it went ahead alone: of several that go at once, a rate limit refuses any,
 * which says nothing of that one. No film is to blame for a key.
 */
export function triedAgain(
  before: Tries | null,
  { code }: Failure,
  answers: number,
  ahead: boolean,
): Tries {
  const { count, since } = before ?? { count: 0, since: answers };
  const blameless = (code === RATE_LIMITED && !ahead) || CREDENTIALS.has(code);
  return { count: blameless ? count : count + 1, since };
}

/**
 * Whether a film is not to be tried again by itself. While no other film is answered either, the
 * service is to blame and may come back; an upload that breaks off each time is the film's own.
 */
export const isHopeless = ({ count, since }: Tries, failure: Failure, answers: number): boolean =>
  count >= MOST_TRIES && (isUpload(failure) || answers > since);
