import { useEffect, useState } from 'react';
import { http, settle } from '../../lib/http';

/** The version that answers by default; `null` until it is known, or when it cannot be. */
export function useDefaultVersion(): string | null {
  const [version, setVersion] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    void settle(http.GET('/models', { signal: controller.signal })).then((outcome) => {
      if (outcome.ok && !controller.signal.aborted) {
        setVersion(outcome.value.default);
      }
    });
    return () => controller.abort();
  }, []);
  return version;
}
