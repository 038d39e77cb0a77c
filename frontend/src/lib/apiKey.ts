import { useSyncExternalStore } from 'react';
import { inTab } from './memory';

const NAME = 'api-key';
/** What every key of the service begins with, and no token does. */
const BEGINS = 'cxr_';
const HEADER = 'X-API-Key';
const BEARER = 'Bearer ';
/** How the service itself asks who calls: a proxy that does so does not ask for this key. */
const CHALLENGE = `${BEARER}realm="cxr-severity"`;
const REFUSED: ReadonlySet<number> = new Set([401, 403]);
/** From here on an answer says nothing of the key. */
const FAILED = 500;

/** Told to the window once the service, which asked who calls, has answered. */
export const KEY_TAKEN = 'key-taken';

/** What the service said last of who calls; `null` where nothing stands against it. */
export type Wanted = 'missing' | 'refused' | null;

// Kept for this tab alone: others may use the browser tomorrow. It may bring a closed tab back, key and
// all, which the page says.
let key = inTab.get(NAME);
let wanted: Wanted = null;
const hearers = new Set<() => void>();

function tell(): void {
  for (const hear of hearers) {
    hear();
  }
}

/** Shows `next` to the service from now on, until the tab is closed; `null` forgets the key. */
export function holdKey(next: string | null): void {
  key = next;
  inTab.set(NAME, next);
  if (next === null && wanted !== null) {
    // Films that wait for a key send no request that would tell.
    wanted = 'missing';
  }
  tell();
}

/** Whether a header can carry it; a browser would not send the request at all. */
export const isSendable = (typed: string): boolean => /^[\x21-\x7e]+$/.test(typed);

/** Whether the service waits for a key, or for another one. */
export const isKeyWanted = (): boolean => wanted !== null;

/** Shows the key, or token, in a request to the service; to nobody else. */
export function showKey({ headers }: Request): void {
  if (key?.startsWith(BEGINS)) {
    headers.set(HEADER, key);
  } else if (key !== null) {
    headers.set('Authorization', BEARER + key);
  }
}

/** Hears from an answer what the service says of who calls. */
export function hearOfKey({ headers }: Request, answer: Response): void {
  const shown = headers.get(HEADER) ?? headers.get('Authorization')?.slice(BEARER.length) ?? null;
  if (shown !== key || answer.status >= FAILED) {
    // Of a key that was changed since, or of no key.
    return;
  }
  const asks =
    REFUSED.has(answer.status) && answer.headers.get('WWW-Authenticate')?.startsWith(CHALLENGE);
  const before = wanted;
  wanted = asks ? (shown === null ? 'missing' : 'refused') : null;
  if (wanted !== before) {
    tell();
  }
  if (before !== null && wanted === null) {
    window.dispatchEvent(new Event(KEY_TAKEN));
  }
}

function subscribe(hear: () => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

export const useKeyWanted = (): Wanted => useSyncExternalStore(subscribe, () => wanted);
/** Whether a key is held, good or not. */
export const useKeyHeld = (): boolean => useSyncExternalStore(subscribe, () => key !== null);
