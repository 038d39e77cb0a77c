import { inBrowser } from '../lib/memory';

/** The languages of the page, by their tags in `<html lang>`, `?lang=` and `Accept-Language`. */
export const LANGUAGES = ['en', 'ms', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name, so that whoever reads it finds it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  ms: 'Bahasa Melayu',
  'zh-CN': '简体中文',
};

/** What Intl is asked for: English with day before month and no comma before "or". */
export const LOCALES: Readonly<Record<Language, string>> = {
  en: 'en-GB',
  ms: 'ms-MY',
  'zh-CN': 'zh-CN',
};

const KEY = 'language';
const PARAMETER = 'lang';

/** The language that serves a tag such as `zh-Hans-SG` or `MS`; `null` when none does. */
export function languageOf(tag: string | null): Language | null {
  const base = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language.toLowerCase().split('-')[0] === base) ?? null;
}

/** The address decides, then what was chosen before, then the browser. */
export function preferredLanguage(): Language {
  const asked = [
    new URLSearchParams(window.location.search).get(PARAMETER),
    inBrowser.get(KEY),
    ...navigator.languages,
  ];
  return asked.map(languageOf).find((language) => language !== null) ?? 'en';
}

/** Keeps a choice in the address, so that a link carries it, and for the next visit. */
export function rememberLanguage(language: Language): void {
  const url = new URL(window.location.href);
  url.searchParams.set(PARAMETER, language);
  window.history.replaceState(window.history.state, '', url);
  inBrowser.set(KEY, language);
}
