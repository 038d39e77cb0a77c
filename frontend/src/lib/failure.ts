import type { Finding } from './prediction';

/** What went wrong with a request, ready to be shown. */
export interface Failure {
  /** The service's stable code, or one of this page's own. */
  readonly code: string;
  /** Empty when the page itself must find the words for `code`. */
  readonly title: string;
  readonly detail: string;
  /** HTTP status; `null` when no answer arrived. */
  readonly status: number | null;
  /** The service's limit in bytes, of a file that this page did not send because it is over it. */
  readonly limit?: number;
  /** Why the gate rejected the image; then it can be judged all the same, by `force`. */
  readonly findings?: readonly Finding[];
  /** Seconds after which the service wants to be asked again, where it says so. */
  readonly retryAfter?: number;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export const NETWORK_FAILURE: Failure = { code: 'network', title: '', detail: '', status: null };

/**
 * What `Retry-After` says, as a number or as a date (RFC 9110, 10.2.3); NaN where it is neither. Where
 * a proxy and the service both set it there are two, of which the first counts.
 */
function secondsOf(retryAfter: string): number {
  const [seconds] = /^\d+(?=$|[.,;\s])/.exec(retryAfter) ?? [];
  return seconds === undefined
    ? Math.max(0, Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000))
    : Number(seconds);
}

/**
 * Reads a problem (RFC 9457). Whatever else came back, say a proxy's error page, becomes
 * `unexpected-answer`.
 */
export function asFailure(body: unknown, status: number, retryAfter?: string | null): Failure {
  const seconds = secondsOf(retryAfter ?? '');
  const wait = Number.isNaN(seconds) ? {} : { retryAfter: seconds };
  if (typeof body === 'object' && body !== null) {
    const { code, title, detail, findings } = body as Record<string, unknown>;
    if (typeof code === 'string' && typeof title === 'string') {
      return {
        code,
        title,
        detail: typeof detail === 'string' ? detail : '',
        status,
        // Whoever sends a problem with findings follows the service's document.
        ...(Array.isArray(findings) && { findings: findings as Finding[] }),
        ...wait,
      };
    }
  }
  return { code: 'unexpected-answer', title: '', detail: '', status, ...wait };
}
