/**
 * Every word that the page shows.
 *
 * To add a string: write it into `en/<feature>.ts` (a text, or a function of what varies in it),
 * then into the same file of `ms` and `zh-CN`: the types ask for it, with the same arguments.
 * A component reads it by `useText('<feature>')`; other code is handed the part that it needs.
 * Numbers, dates, lists and plural forms go through `format`, so that each language writes its own.
 * `tooling/texts.test.ts` fails on words that stand anywhere else.
 */
import { type Catalogue, en } from './en';
import type { Language } from './languages';

export type Feature = keyof Catalogue;

/** English is part of the first load; the others come when they are asked for. */
export async function loadCatalogue(language: Language): Promise<Catalogue> {
  switch (language) {
    case 'en':
      return en;
    case 'ms':
      return (await import('./ms')).ms;
    case 'zh-CN':
      return (await import('./zh-CN')).zh;
  }
}

export { type Catalogue, en };
