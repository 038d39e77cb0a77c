import { KEY_TAKEN } from './apiKey';
import { SERVICE_BACK } from './http';

/** When what could not be had may be there. */
const EVENTS = ['online', SERVICE_BACK, KEY_TAKEN] as const;

/** Calls `ask` whenever the network or the service comes back or lets this page in, until the answer is called. */
export function onceBack(ask: () => void): () => void {
  for (const event of EVENTS) {
    window.addEventListener(event, ask);
  }
  return () => {
    for (const event of EVENTS) {
      window.removeEventListener(event, ask);
    }
  };
}
