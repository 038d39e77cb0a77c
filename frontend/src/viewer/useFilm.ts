import { useEffect, useState } from 'react';
import { onceBack } from '../lib/again';
import type { Study } from '../lib/study';
import { decodeFilm } from './decode/decodeFilm';
import type { Film } from './decode/film';

export type FilmLoad =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly film: Film }
  /** This page cannot show the file; the service may still grade it. */
  | { readonly status: 'unshown' };

const LOADING: FilmLoad = { status: 'loading' };

async function load({ source }: Study, signal: AbortSignal): Promise<Film> {
  if (source instanceof File) {
    return decodeFilm(source, signal);
  }
  const response = await fetch(source, { signal });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  return decodeFilm(await response.blob(), signal);
}

/** The study's pixels, decoded for as long as it is shown and no longer. */
export function useFilm(study: Study): FilmLoad {
  const [loaded, setLoaded] = useState<{ source: Study['source']; load: FilmLoad } | null>(null);
  const { source } = study;
  useEffect(() => {
    let controller = new AbortController();
    let stop: (() => void) | null = null;
    const start = () => {
      // One that is tried again takes the place of the one before.
      controller.abort();
      controller = new AbortController();
      const { signal } = controller;
      const settle = (next: FilmLoad) => {
        if (signal.aborted) {
          return;
        }
        setLoaded({ source, load: next });
        stop?.();
        // A sample, or what decodes the file, may only not have come.
        stop = next.status === 'unshown' ? onceBack(start) : null;
      };
      load({ name: '', source }, signal).then(
        (film) => settle({ status: 'ready', film }),
        () => settle({ status: 'unshown' }),
      );
    };
    start();
    return () => {
      stop?.();
      controller.abort();
      setLoaded(null);
    };
  }, [source]);
  // The film before this one must not stand in for it, not even for a moment.
  return loaded?.source === source ? loaded.load : LOADING;
}
