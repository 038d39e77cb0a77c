import { useEffect, useState } from 'react';
import { http, settle } from '../../../lib/http';
import type { Metrics } from '../types';

/** By version: each is asked for once. */
const asked = new Map<string, Promise<Metrics | null>>();

function metricsOf(version: string): Promise<Metrics | null> {
  const before = asked.get(version);
  if (before) {
    return before;
  }
  const request = http.GET('/models/{version}', { params: { path: { version } } });
  const metrics = settle(request).then((outcome) => {
    if (outcome.ok) {
      return outcome.value.metrics;
    }
    // Forgotten, so that the next result asks again.
    asked.delete(version);
    return null;
  });
  asked.set(version, metrics);
  return metrics;
}

/** How `version` did on unseen patients; `null` until it is known, or when it cannot be. */
export function useMetrics(version: string | null): Metrics | null {
  const [told, setTold] = useState<{ version: string; metrics: Metrics | null } | null>(null);
  useEffect(() => {
    if (version === null) {
      return;
    }
    let wanted = true;
    void metricsOf(version).then((metrics) => {
      if (wanted) {
        setTold({ version, metrics });
      }
    });
    return () => {
      wanted = false;
    };
  }, [version]);
  return told && told.version === version ? told.metrics : null;
}
