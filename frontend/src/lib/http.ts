import createClient from 'openapi-fetch';
import type { paths } from '../client/schema';
import { hearOfKey, holdKey, showKey } from './apiKey';
import { asFailure, type Failure, NETWORK_FAILURE, type Outcome } from './failure';

/** The service's client, typed by its OpenAPI document. */
export const http = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up on each call, so that a test can stand in for the network.
  fetch: (request) => globalThis.fetch(request),
});

// The service words its problems in the language of the page.
http.use({
  onRequest({ request }) {
    request.headers.set('Accept-Language', document.documentElement.lang || 'en');
    showKey(request);
    return request;
  },
  onResponse({ request, response }) {
    hearOfKey(request, response);
  },
});

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** Told to the window when a request found no service. */
export const SERVICE_LOST = 'service-lost';
/** Told to the window for as long as a request is under way that takes long. */
export const SERVICE_SLOW = 'service-slow';
/** Told to the window once a service that was lost answers again. */
export const SERVICE_BACK = 'service-back';

function lost(error: unknown): Failure {
  const aborted = error instanceof DOMException && error.name === 'AbortError';
  if (!aborted) {
    window.dispatchEvent(new Event(SERVICE_LOST));
  }
  return NETWORK_FAILURE;
}

/** How often, in milliseconds, it is told that a request is still under way. */
const SLOW_MS = 5_000;

/** Has it told while `request` takes long: a service that hangs neither answers nor is lost. */
export async function watched<T>(request: Promise<T>, slowMs = SLOW_MS): Promise<T> {
  const timer = setInterval(() => window.dispatchEvent(new Event(SERVICE_SLOW)), slowMs);
  try {
    return await request;
  } finally {
    clearInterval(timer);
  }
}

/** Folds an answer, a problem and a lost connection into one type; it never throws. */
export async function settle<T>(request: Promise<Answer<T>>, slowMs?: number): Promise<Outcome<T>> {
  try {
    const { data, error, response } = await watched(request, slowMs);
    return data !== undefined && response.ok
      ? { ok: true, value: data }
      : {
          ok: false,
          failure: asFailure(error, response.status, response.headers.get('Retry-After')),
        };
  } catch (error) {
    const failure = error instanceof SyntaxError ? asFailure(null, 200) : lost(error);
    return { ok: false, failure };
  }
}

/** Holds `key` from now on, and asks the service whether it takes it. */
export async function tryKey(key: string): Promise<boolean> {
  holdKey(key);
  return (await settle(http.GET('/limits'))).ok;
}
