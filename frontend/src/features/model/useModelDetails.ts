import { useCallback, useEffect, useState } from 'react';
import type { components } from '../../client/schema';
import type { Failure, Outcome } from '../../lib/failure';
import { http, settle } from '../../lib/http';

const fetchModel = (version: string, signal: AbortSignal) =>
  http.GET('/models/{version}', { params: { path: { version } }, signal });

/** As the client hands it over. */
export type ModelDetails = NonNullable<Awaited<ReturnType<typeof fetchModel>>['data']>;
export type Evaluation = ModelDetails['manifest']['evaluation'];
export type Estimate = components['schemas']['Estimate'];

export type Loaded =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'ready'; readonly details: ModelDetails };

async function detailsOf(
  version: string | null,
  signal: AbortSignal,
): Promise<Outcome<ModelDetails>> {
  let wanted = version;
  if (wanted === null) {
    const models = await settle(http.GET('/models', { signal }));
    if (!models.ok) {
      return models;
    }
    wanted = models.value.default;
  }
  return settle(fetchModel(wanted, signal));
}

/** What the service tells of `version`; `null` is the one that answers by default. */
export function useModelDetails(version: string | null): { loaded: Loaded; retry: () => void } {
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' });
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another request.
  useEffect(() => {
    const controller = new AbortController();
    setLoaded({ state: 'loading' });
    void detailsOf(version, controller.signal).then((outcome) => {
      if (!controller.signal.aborted) {
        setLoaded(
          outcome.ok
            ? { state: 'ready', details: outcome.value }
            : { state: 'failed', failure: outcome.failure },
        );
      }
    });
    return () => controller.abort();
  }, [version, attempt]);

  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  return { loaded, retry };
}
