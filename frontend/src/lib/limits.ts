import { useEffect, useState } from 'react';
import type { components } from '../client/schema';
import { onceBack } from './again';
import { http, settle } from './http';

/** What the service accepts, as it says itself. */
export type Limits = components['schemas']['InputLimits'];

let asked: Promise<Limits | null> | null = null;

/** Asks the service once; `null` where it does not say, and then it is asked again the next time. */
export function limitsOfService(): Promise<Limits | null> {
  asked ??= settle(http.GET('/limits')).then((outcome) => {
    if (!outcome.ok) {
      asked = null;
    }
    return outcome.ok ? outcome.value : null;
  });
  return asked;
}

/** The limits once they are known; where they were not had, they are asked for when it is back. */
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
    // Once they are known, nothing is sent.
    const stop = onceBack(() => void ask());
    return () => {
      wanted = false;
      stop();
    };
  }, []);
  return limits;
}
