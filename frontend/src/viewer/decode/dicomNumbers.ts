import type { DataSet } from 'dicom-parser';

/**
 * The numbers of a decimal string as the service takes them, `NaN` for what is none: some writers
 * follow their country's decimal comma. Empty where the element is absent or empty.
 */
export function numbersOf(dataSet: DataSet, tag: string): number[] {
  const text = dataSet.string(tag) ?? '';
  return text.trim() === '' ? [] : text.split('\\').map(numberIn);
}

function numberIn(part: string): number {
  // An empty one is no zero.
  return part.trim() === ''
    ? Number.NaN
    : Number(part.includes('.') ? part : part.replaceAll(',', '.'));
}
