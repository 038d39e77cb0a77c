import { useEffect, useState } from 'react';
import { http, settle } from '../../../lib/http';
import type { Model } from '../types';

/** By version: each is asked for once. */
const asked = new Map<string, Promise<Model | null>>();

function modelOf(version: string): Promise<Model | null> {
  const before = asked.get(version);
  if (before) {
    return before;
  }
  const request = http.GET('/models/{version}', { params: { path: { version } } });
  const model = settle(request).then((outcome): Model | null => {
    if (outcome.ok) {
      const { metrics, manifest } = outcome.value;
      return { metrics, conformal: manifest.conformal };
    }
    // Forgotten, so that the next result asks again.
    asked.delete(version);
    return null;
  });
  asked.set(version, model);
  return model;
}

/**
 * How `version` did on unseen patients, and how often its plausible grades hold the reference one;
 * `null` until it is known, or when it cannot be.
 */
export function useModel(version: string): Model | null {
  const [told, setTold] = useState<{ version: string; model: Model | null } | null>(null);
  useEffect(() => {
    let wanted = true;
    void modelOf(version).then((model) => {
      if (wanted) {
        setTold({ version, model });
      }
    });
    return () => {
      wanted = false;
    };
  }, [version]);
  return told && told.version === version ? told.model : null;
}
