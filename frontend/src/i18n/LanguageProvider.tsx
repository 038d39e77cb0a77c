import { type ReactNode, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type Catalogue, loadCatalogue } from './catalogue';
import { LanguageContext } from './context';
import { type Language, rememberLanguage } from './languages';

interface Loaded {
  readonly language: Language;
  readonly catalogue: Catalogue;
}

interface LanguageProviderProps {
  /** Loaded before the first render, so that no other language flashes up. */
  initial: Loaded;
  children: ReactNode;
}

/** Holds the page's language, and tells it to the document. */
export function LanguageProvider({ initial, children }: LanguageProviderProps) {
  const [{ language, catalogue }, setLoaded] = useState(initial);
  const wanted = useRef(initial.language);

  const choose = useCallback(async (next: Language) => {
    wanted.current = next;
    try {
      const loaded = await loadCatalogue(next);
      // Only the last choice counts, in whatever order the catalogues arrive.
      if (wanted.current === next) {
        rememberLanguage(next);
        setLoaded({ language: next, catalogue: loaded });
      }
      return true;
    } catch {
      return false;
    }
  }, []);

  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.title = catalogue.app.title;
  }, [language, catalogue]);

  const state = useMemo(() => ({ language, catalogue, choose }), [language, catalogue, choose]);
  return <LanguageContext value={state}>{children}</LanguageContext>;
}
