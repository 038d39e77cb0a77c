import { useCallback, useEffect, useRef, useState } from 'react';
import { SERVICE_BACK, SERVICE_LOST, SERVICE_SLOW } from './http';

export type ServiceState = 'reachable' | 'unreachable' | 'checking' | 'back';

const EVERY_MS = 5_000;
const GIVEN_UP_MS = 4_000;
const OCCASIONS = ['online', 'offline', SERVICE_LOST, SERVICE_SLOW] as const;

/** Whether the service says that it is well; `null` where it says nothing in time. */
async function health(): Promise<boolean | null> {
  const signal = AbortSignal.timeout(GIVEN_UP_MS);
  try {
    const response = await fetch('/health/live', { cache: 'no-store', signal });
    return response.ok;
  } catch {
    return signal.aborted ? null : false;
  }
}

/** Films that fill a narrow line hold a question up, too: only two in a row tell of a silence. */
const answers = async (): Promise<boolean> => (await health()) ?? (await health()) ?? false;

/**
 * Whether the service can be reached: asked at the start, when the network comes or goes and when a
 * request was lost or takes long; and again every few seconds for as long as it cannot be.
 */
export function useService(): { state: ServiceState; check: () => void } {
  const [state, setState] = useState<ServiceState>('reachable');
  const lost = useRef(false);
  const asking = useRef<Promise<boolean>>(null);

  const ask = useCallback(async () => {
    if (asking.current) {
      // Several requests that take long ask once.
      return;
    }
    asking.current = answers();
    const up = await asking.current;
    asking.current = null;
    const was = lost.current;
    lost.current = !up;
    setState(up ? (was ? 'back' : 'reachable') : 'unreachable');
    if (up && was) {
      window.dispatchEvent(new Event(SERVICE_BACK));
    }
  }, []);

  useEffect(() => {
    const unseen = () => void ask();
    unseen();
    for (const event of OCCASIONS) {
      window.addEventListener(event, unseen);
    }
    const timer = setInterval(() => {
      if (lost.current) {
        unseen();
      }
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      for (const event of OCCASIONS) {
        window.removeEventListener(event, unseen);
      }
    };
  }, [ask]);

  const check = useCallback(() => {
    setState('checking');
    void ask();
  }, [ask]);
  return { state, check };
}
