const LANGUAGE = 'en';

const percent = new Intl.NumberFormat(LANGUAGE, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const wholePercent = new Intl.NumberFormat(LANGUAGE, { style: 'percent' });
const integer = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const megabytes = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const score = new Intl.NumberFormat(LANGUAGE, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const significant = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 });

/** A probability in per cent. One that is short of certain never reads "100.0%" or "0.0%". */
export function formatProbability(value: number): string {
  if (value > 0 && value < 0.0005) {
    return `<${percent.format(0.001)}`;
  }
  if (value < 1 && value >= 0.9995) {
    return `>${percent.format(0.999)}`;
  }
  return percent.format(value);
}

/** A share that was counted, in whole per cent. */
export function formatShare(value: number): string {
  return wholePercent.format(value);
}

export function formatShares(low: number, high: number): string {
  return `${integer.format(100 * low)}–${formatShare(high)}`;
}

/** A share as so many of 100, for sentences. */
export function formatOfHundred(share: number): string {
  return integer.format(100 * share);
}

/** An estimated score, to one decimal: more would promise what no estimate holds. */
export function formatScore(value: number): string {
  return score.format(value);
}

export function formatMilliseconds(value: number): string {
  return value < 10_000 ? `${integer.format(value)} ms` : `${megabytes.format(value / 1000)} s`;
}

/** Bytes in decimal megabytes, as the service counts them. */
export function formatMegabytes(bytes: number): string {
  return `${megabytes.format(bytes / 1e6)} MB`;
}

/** A positive quantity of unknown scale, to three significant digits. */
export function formatSignificant(value: number): string {
  return value > 0 && value < 0.001 ? `<${significant.format(0.001)}` : significant.format(value);
}
