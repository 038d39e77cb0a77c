import { type Language, LOCALES } from './languages';

/** A noun's forms by `Intl.PluralRules`; Malay and Chinese have only `other`. */
export interface Forms {
  readonly one?: string;
  readonly other: string;
}

/** Numbers, dates and lists as one language writes them. */
export function makeFormats(language: Language) {
  const locale = LOCALES[language];
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const tenths = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const wholePercent = number({ style: 'percent' });
  const integer = number({ maximumFractionDigits: 0 });
  const short = number({ maximumFractionDigits: 1 });
  const score = number(tenths);
  // Digits that a program reads, rounded as `score` rounds.
  const digits = new Intl.NumberFormat('en', { ...tenths, useGrouping: false });
  const thousandths = number({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const hundredths = number({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const significant = number({ maximumSignificantDigits: 3 });
  const plurals = new Intl.PluralRules(locale);
  const alternatives = new Intl.ListFormat(locale, { type: 'disjunction' });
  const all = new Intl.ListFormat(locale, { type: 'conjunction' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

  return {
    /** A probability in whole per cent. One that is short of certain never reads "100%" or "0%". */
    probability(value: number): string {
      if (value > 0 && value < 0.005) {
        return `<${wholePercent.format(0.01)}`;
      }
      if (value < 1 && value >= 0.995) {
        return `>${wholePercent.format(0.99)}`;
      }
      return wholePercent.format(value);
    },
    /** A share that was counted, in whole per cent. */
    share: (value: number): string => wholePercent.format(value),
    shares: (low: number, high: number): string =>
      `${integer.format(100 * low)}–${wholePercent.format(high)}`,
    /** A share as so many of 100, for sentences. */
    ofHundred: (share: number): string => integer.format(100 * share),
    integer: (value: number): string => integer.format(value),
    /** An estimated score, to one decimal: more would promise what no estimate holds. */
    score: (value: number): string => score.format(value),
    /** The number that `score` prints: a sum or difference beside printed scores is of these. */
    printed: (value: number): number => Number(digits.format(value)),
    /** A metric, to three decimals, so that two versions can be told apart. */
    metric: (value: number): string => thousandths.format(value),
    /** A coefficient of agreement, to two decimals. */
    kappa: (value: number): string => hundredths.format(value),
    milliseconds: (value: number): string =>
      value < 10_000 ? `${integer.format(value)} ms` : `${short.format(value / 1000)} s`,
    /** Bytes in decimal megabytes, as the service counts them. */
    megabytes: (bytes: number): string => `${short.format(bytes / 1e6)} MB`,
    /** A positive quantity of unknown scale, to three significant digits. */
    significant: (value: number): string =>
      value > 0 && value < 0.001 ? `<${significant.format(0.001)}` : significant.format(value),
    date: (value: Date): string => day.format(value),
    /** A day as YYYY-MM-DD. */
    day: (iso: string): string => day.format(new Date(`${iso}T12:00`)),
    dateTime: (value: Date): string => moment.format(value),
    plural: (count: number, forms: Forms): string =>
      (plurals.select(count) === 'one' ? forms.one : undefined) ?? forms.other,
    /** "a, b or c" */
    either: (names: readonly string[]): string => alternatives.format(names),
    /** "a, b and c" */
    all: (names: readonly string[]): string => all.format(names),
  };
}

export type Formats = ReturnType<typeof makeFormats>;
