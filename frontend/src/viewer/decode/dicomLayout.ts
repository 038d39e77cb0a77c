import type { DataSet } from 'dicom-parser';

export const MONOCHROME: ReadonlySet<string> = new Set(['MONOCHROME1', 'MONOCHROME2']);

/** How a DICOM object's pixel data lie. */
export interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly allocated: number;
  readonly stored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly planar: boolean;
  readonly photometric: string;
}

export function readLayout(dataSet: DataSet): Layout {
  const short = (tag: string) => dataSet.uint16(tag);
  const allocated = short('x00280100') ?? 16;
  const stored = short('x00280101') ?? allocated;
  return {
    rows: short('x00280010') ?? 0,
    columns: short('x00280011') ?? 0,
    samples: short('x00280002') ?? 1,
    allocated,
    stored,
    highBit: short('x00280102') ?? stored - 1,
    signed: short('x00280103') === 1,
    planar: short('x00280006') === 1,
    photometric: photometricOf(dataSet),
  };
}

/**
 * Photometric Interpretation. Of grey films Presentation LUT Shape says last which end of the values
 * is white (PS3.3 C.11.6), as the service follows it.
 */
function photometricOf(dataSet: DataSet): string {
  const first = (tag: string) =>
    (dataSet.string(tag) ?? '').split('\\', 1).join('').trim().toUpperCase();
  const photometric = first('x00280004');
  if (!MONOCHROME.has(photometric)) {
    return photometric;
  }
  switch (first('x20500020')) {
    case 'IDENTITY':
      return 'MONOCHROME2';
    case 'INVERSE':
      return 'MONOCHROME1';
    default:
      return photometric;
  }
}
