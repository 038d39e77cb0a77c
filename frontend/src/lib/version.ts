import { useCallback, useEffect, useState } from 'react';
import type { components } from '../client/schema';
import type { Failure, Outcome } from './failure';
import { http, settle } from './http';

const fetchVersion = (name: string) =>
  http.GET('/models/{version}', { params: { path: { version: name } } });

/** What the service tells of a version of the model, as the client hands it over. */
export type Version = NonNullable<Awaited<ReturnType<typeof fetchVersion>>['data']>;
export type Evaluation = Version['manifest']['evaluation'];
export type Estimate = components['schemas']['Estimate'];

export type LoadedVersion =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'ready'; readonly version: Version };

/** By name: each is asked for once, since a version does not change. */
const asked = new Map<string, Promise<Outcome<Version>>>();

function versionOf(name: string): Promise<Outcome<Version>> {
  const before = asked.get(name);
  if (before) {
    return before;
  }
  const told = settle(fetchVersion(name)).then((outcome): Outcome<Version> => {
    if (!outcome.ok) {
      // Forgotten, so that whoever asks next asks again.
      asked.delete(name);
    }
    return outcome;
  });
  asked.set(name, told);
  return told;
}

async function defaultVersion(): Promise<Outcome<Version>> {
  const models = await settle(http.GET('/models'));
  return models.ok ? versionOf(models.value.default) : models;
}

/** What is known of the version called `name`; `null` is the one that answers by default. */
export function useVersion(name: string | null): { loaded: LoadedVersion; retry: () => void } {
  const [told, setTold] = useState<{ of: string | null; outcome: Outcome<Version> } | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another request.
  useEffect(() => {
    let wanted = true;
    setTold(null);
    void (name === null ? defaultVersion() : versionOf(name)).then((outcome) => {
      if (wanted) {
        setTold({ of: name, outcome });
      }
    });
    return () => {
      wanted = false;
    };
  }, [name, attempt]);

  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  return { loaded: told?.of === name && told ? loadedOf(told.outcome) : LOADING, retry };
}

const LOADING: LoadedVersion = { state: 'loading' };

function loadedOf(outcome: Outcome<Version>): LoadedVersion {
  return outcome.ok
    ? { state: 'ready', version: outcome.value }
    : { state: 'failed', failure: outcome.failure };
}
