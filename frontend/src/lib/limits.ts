import { useEffect, useState } from 'react';
import type { components } from '../client/schema';
import { onceBack } from './again';
import { http, SERVICE_BACK, settle } from './http';

/** What the service accepts, as it says itself. */
export type Limits = components['schemas']['InputLimits'];

interface Asked {
  readonly at: number;
  readonly answer: Promise<Limits | null>;
}

let asked: Asked | null = null;
// One that comes back may have been started anew with other limits.
window.addEventListener(SERVICE_BACK, () => {
  asked = null;
});

/**
 * Asks the service once; `null` where it does not say, and then it is asked again the next time.
 *
 * @param oldest how long ago it may have said so, in milliseconds.
 */
export function limitsOfService(oldest = Number.POSITIVE_INFINITY): Promise<Limits | null> {
  if (!asked || Date.now() - asked.at > oldest) {
    const now: Asked = {
      at: Date.now(),
      answer: settle(http.GET('/limits')).then((outcome) => {
        if (!outcome.ok && asked === now) {
          asked = null;
        }
        return outcome.ok ? outcome.value : null;
      }),
    };
    asked = now;
  }
  return asked.answer;
}

/** The limits once they are known; they are asked for again when the service is back. */
export function useLimits(): Limits | null {
  const [limits, setLimits] = useState<Limits | null>(null);
  useEffect(() => {
    let wanted = true;
    const ask = async () => {
      const told = await limitsOfService();
      if (wanted) {
        setLimits(told);
      }
    };
    void ask();
    // Where the network alone was away, they are known still, and nothing is sent.
    const stop = onceBack(() => void ask());
    return () => {
      wanted = false;
      stop();
    };
  }, []);
  return limits;
}
