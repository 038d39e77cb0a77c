import { useSyncExternalStore } from 'react';

const ratioNow = () => window.devicePixelRatio;

/** No event tells the ratio itself, only that it is no longer the one that was asked for. */
function subscribe(changed: () => void): () => void {
  let listening = new AbortController();
  const listen = () => {
    listening.abort();
    listening = new AbortController();
    const { signal } = listening;
    window
      .matchMedia(`(resolution: ${ratioNow()}dppx)`)
      .addEventListener('change', follow, { signal });
    window.addEventListener('resize', follow, { signal });
  };
  const follow = () => {
    listen();
    changed();
  };
  listen();
  return () => listening.abort();
}

/** Device pixels for one of CSS: another one on another screen, and when the page is zoomed. */
export function usePixelRatio(): number {
  return useSyncExternalStore(subscribe, ratioNow);
}
