import { createContext, use } from 'react';
import { type Catalogue, en, type Feature } from './catalogue';
import type { Formats } from './formats';
import type { Language } from './languages';

export interface LanguageState {
  readonly language: Language;
  readonly catalogue: Catalogue;
  /** Loads a language, then shows the page in it; `false` when it could not be loaded. */
  readonly choose: (language: Language) => Promise<boolean>;
}

/** Outside a provider the page is English: so are the tests of single components. */
export const LanguageContext = createContext<LanguageState>({
  language: 'en',
  catalogue: en,
  choose: () => Promise.resolve(false),
});

export const useLanguage = (): LanguageState => use(LanguageContext);

/** The words of one feature, in the page's language. */
export function useText<F extends Feature>(feature: F): Catalogue[F] {
  return use(LanguageContext).catalogue[feature];
}

/** Numbers, dates and lists as the page's language writes them. */
export function useFormat(): Formats {
  return use(LanguageContext).catalogue.format;
}
