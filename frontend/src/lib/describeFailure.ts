import type { Catalogue } from '../i18n/catalogue';
import type { FailureText } from '../i18n/en/failures';
import type { Failure } from './failure';

/** Whether sending the same file once more may succeed, by code. */
const RETRY = new Set([
  'not-ready',
  'busy',
  'internal-error',
  'network',
  'unexpected-answer',
  'upload-too-slow',
]);

export interface FailureWords {
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly retry: boolean;
}

/** The words for a failure: the service's own where it said something, with what to do next. */
export function describeFailure(failure: Failure, text: Catalogue['failures']): FailureWords {
  const known: Readonly<Record<string, FailureText | undefined>> = text.words;
  const words = known[failure.code];
  const { title, detail, hint } = words ?? text.unknown;
  return {
    title: failure.title || title || failure.code,
    detail: failure.detail || detail || '',
    hint,
    retry: words === undefined || RETRY.has(failure.code),
  };
}
