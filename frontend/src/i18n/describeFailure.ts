import kinds from '../client/words/kinds.json';
import type { Failure } from '../lib/failure';
import type { Catalogue } from './catalogue';
import type { FailureText } from './en/failures';

/** Of this page's own codes, those where another try may succeed; the service tells its own. */
const RETRY = new Set(['network', 'unexpected-answer', 'cancelled']);

export interface FailureWords {
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly retry: boolean;
  /** Whether these are this page's own words; else the code is what can be passed on. */
  readonly known: boolean;
}

/**
 * The words for a failure, in the page's language; `detail`, which speaks of this one file, in the
 * language that the service was asked in.
 */
export function describeFailure(failure: Failure, text: Catalogue['failures']): FailureWords {
  const { code, limit } = failure;
  const known: Readonly<Record<string, FailureText | undefined>> = text.words;
  const words = known[code];
  const ownDetail = limit === undefined ? words?.detail : text.tooLarge(limit);
  return {
    // A newer service may know more codes than this page.
    title: words?.title ?? (failure.title || text.unknown.title),
    detail: failure.detail || ownDetail || '',
    hint: (words ?? text.unknown).hint,
    known: words !== undefined,
    retry: words === undefined || mayRetry(code),
  };
}

/** Whether the same file may be graded at another try: the fault is not its own. */
export function mayRetry(code: string): boolean {
  const of: Readonly<Record<string, { readonly retry: boolean } | undefined>> = kinds;
  return RETRY.has(code) || (of[code]?.retry ?? false);
}
