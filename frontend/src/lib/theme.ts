import { useCallback, useSyncExternalStore } from 'react';
import { inBrowser } from './memory';

export type Theme = 'light' | 'dark';

// `public/theme.js` reads the same key before the first paint.
const KEY = 'theme';
const CHANGED = 'themechange';

/** Dark unless light was chosen: films are read in dark rooms. */
function current(): Theme {
  return document.documentElement.dataset.theme === 'light' ? 'light' : 'dark';
}

function subscribe(notify: () => void): () => void {
  window.addEventListener(CHANGED, notify);
  return () => window.removeEventListener(CHANGED, notify);
}

/** The theme in force, and a way to choose the other one; the choice is remembered. */
export function useTheme(): { theme: Theme; choose: (theme: Theme) => void } {
  const theme = useSyncExternalStore(subscribe, current);
  const choose = useCallback((next: Theme) => {
    document.documentElement.dataset.theme = next;
    inBrowser.set(KEY, next);
    window.dispatchEvent(new Event(CHANGED));
  }, []);
  return { theme, choose };
}
