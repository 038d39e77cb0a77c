import { useCallback, useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

// `public/theme.js` reads the same key before the first paint.
const KEY = 'theme';
const CHANGED = 'themechange';

const system = () => window.matchMedia('(prefers-color-scheme: dark)');

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') {
    return chosen;
  }
  return system().matches ? 'dark' : 'light';
}

function subscribe(notify: () => void): () => void {
  const query = system();
  query.addEventListener('change', notify);
  window.addEventListener(CHANGED, notify);
  return () => {
    query.removeEventListener('change', notify);
    window.removeEventListener(CHANGED, notify);
  };
}

/** The theme in force, and a way to choose the other one; the choice is remembered. */
export function useTheme(): { theme: Theme; choose: (theme: Theme) => void } {
  const theme = useSyncExternalStore(subscribe, current);
  const choose = useCallback((next: Theme) => {
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Storage is blocked: the choice holds until the page is closed.
    }
    window.dispatchEvent(new Event(CHANGED));
  }, []);
  return { theme, choose };
}
