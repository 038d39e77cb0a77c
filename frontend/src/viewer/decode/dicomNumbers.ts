import type { DataSet } from 'dicom-parser';
import { NotShownError } from './film';

/** `2,000` may be 2 or 2000. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The numbers of a decimal string as the service takes them, `NaN` for what is none: some writers
 * follow their country's decimal comma. Empty where the element is absent or empty.
 */
export function numbersOf(dataSet: DataSet, tag: string): number[] {
  const text = dataSet.string(tag) ?? '';
  return text.trim() === '' ? [] : text.split('\\').map((part) => numberIn(part.trim()));
}

/** The first of them, `null` where it is absent or empty; throws where it is no number. */
export function numberOf(dataSet: DataSet, tag: string): number | null {
  const [first = ''] = (dataSet.string(tag) ?? '').split('\\');
  if (first.trim() === '') {
    return null;
  }
  const value = numberIn(first.trim());
  if (!Number.isFinite(value)) {
    throw new NotShownError('no-number');
  }
  return value;
}

function numberIn(text: string): number {
  const point = text.includes('.') ? text : text.replaceAll(',', '.');
  return !THOUSANDS.test(text) && DECIMAL.test(point) ? Number(point) : Number.NaN;
}
