import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { components } from '../client/schema';
import { onceBack } from './again';
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

/** By name, what was told: for good, since a version does not change. */
const known = new Map<string, Version>();
/** What is being asked for, so that it is asked for once. */
const asked = new Map<string, Promise<Outcome<Version>>>();
const hearers = new Set<() => void>();

function versionOf(name: string): Promise<Outcome<Version>> {
  const before = known.get(name);
  if (before) {
    return Promise.resolve({ ok: true, value: before });
  }
  const underway = asked.get(name);
  if (underway) {
    return underway;
  }
  const told = settle(fetchVersion(name)).then((outcome): Outcome<Version> => {
    asked.delete(name);
    if (outcome.ok) {
      known.set(name, outcome.value);
      for (const hear of hearers) {
        hear();
      }
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

function subscribe(hear: () => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/**
 * What is known of the version called `name`; `null` is the one that answers by default.
 *
 * Where it could not be had, it is asked for again when the network or the service comes back and
 * when there is another `occasion`, such as the next film; until it is there, it stays `failed`. Who
 * else has it told hands it on.
 */
export function useVersion(
  name: string | null,
  occasion = '',
): { loaded: LoadedVersion; retry: () => void } {
  const [told, setTold] = useState<{ of: string | null; outcome: Outcome<Version> } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const version = useSyncExternalStore(subscribe, () => name !== null && known.get(name));

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another request.
  useEffect(() => {
    if (name !== null && known.has(name)) {
      return;
    }
    let wanted = true;
    let failed = false;
    const ask = async () => {
      failed = false;
      const outcome = await (name === null ? defaultVersion() : versionOf(name));
      failed = !outcome.ok;
      if (wanted) {
        setTold({ of: name, outcome });
      }
    };
    void ask();
    const stop = onceBack(() => {
      if (failed) {
        void ask();
      }
    });
    return () => {
      wanted = false;
      stop();
    };
  }, [name, occasion, attempt]);

  const retry = useCallback(() => {
    setTold(null);
    setAttempt((before) => before + 1);
  }, []);
  if (version) {
    return { loaded: { state: 'ready', version }, retry };
  }
  return { loaded: told?.of === name && told ? loadedOf(told.outcome) : LOADING, retry };
}

const LOADING: LoadedVersion = { state: 'loading' };

function loadedOf(outcome: Outcome<Version>): LoadedVersion {
  return outcome.ok
    ? { state: 'ready', version: outcome.value }
    : { state: 'failed', failure: outcome.failure };
}
