import { useSyncExternalStore } from 'react';

/** Where the page is. In the hash, so that any static server can serve every address of it. */
export type Route =
  | { readonly page: 'analyse' }
  | {
      readonly page: 'model';
      /** `null`: the version that answers by default. */
      readonly version: string | null;
    };

export type PageName = Route['page'];

const ANALYSE: Route = { page: 'analyse' };

/** Reads `#/model/1.0.0`. A hash that is no route of ours is the first page. */
export function parseRoute(hash: string): Route {
  const [page, version] = hash.replace(/^#\/?/, '').split('/');
  if (page !== 'model') {
    return ANALYSE;
  }
  try {
    return { page, version: version ? decodeURIComponent(version) : null };
  } catch {
    // A cut percent escape.
    return { page, version: null };
  }
}

export function hrefOf(route: Route): string {
  if (route.page === 'analyse') {
    return '#/';
  }
  return route.version ? `#/model/${encodeURIComponent(route.version)}` : '#/model';
}

export function go(route: Route): void {
  window.location.hash = hrefOf(route);
}

function subscribe(notify: () => void): () => void {
  window.addEventListener('hashchange', notify);
  return () => window.removeEventListener('hashchange', notify);
}

export function useRoute(): Route {
  // The hash, not the route: a snapshot must stay the same object while nothing changed.
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
}
