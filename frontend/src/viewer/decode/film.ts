import type { Plane } from '../../lib/plane';
/** Grey codes of one level of a film's pyramid, row by row. */
export interface Level {
  readonly width: number;
  readonly height: number;
  readonly codes: Uint8Array | Uint16Array;
}

/** Values that are shown as black and as white; in between, grey grows evenly. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

export const PRESETS = ['stored', 'auto', 'full', 'lungs', 'mediastinum'] as const;
export type Preset = (typeof PRESETS)[number];

/** Millimetres between the centres of neighbouring pixels. */
export interface Spacing {
  readonly row: number;
  readonly column: number;
  readonly plane: Plane;
}

/** What a DICOM object says of itself. Texts are empty where it says nothing. */
export interface Header {
  readonly patientName: string;
  readonly patientId: string;
  readonly patientIdIssuer: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly age: string;
  /** YYYYMMDD, as DICOM has it. */
  readonly studyDate: string;
  /** When it was taken, as the service reads it: films of one study may be of several days. */
  readonly filmDate: string;
  readonly studyDescription: string;
  readonly institution: string;
  readonly modality: string;
  readonly viewPosition: string;
  readonly bodyPart: string;
  readonly manufacturer: string;
  readonly photometric: string;
  readonly transferSyntax: string;
  readonly rows: number;
  readonly columns: number;
  readonly bitsStored: number;
}

/** A radiograph's pixels, decoded, and all that it takes to show them. */
export interface Film {
  /** From full resolution down, each half as wide and high as the one before. */
  readonly levels: readonly [Level, ...Level[]];
  /**
   * How many codes there may be, at most 65 536: a power of two, and one more where padding has a
   * code of its own behind all values.
   */
  readonly range: number;
  /** A code's value, as a viewer reads it out, is `slope * code + intercept`. */
  readonly slope: number;
  readonly intercept: number;
  /** Whether low values are white (MONOCHROME1). */
  readonly inverted: boolean;
  /** Codes from and to which stand for no tissue and are shown black. */
  readonly padding: readonly [number, number] | null;
  /** Grey, 0 to 255, of each code where the sender's own look is more than a window. */
  readonly table: Uint8Array | null;
  readonly presets: Readonly<Record<Preset, Window>>;
  /** The preset that the film opens with. */
  readonly opening: Preset;
  readonly spacing: Spacing | null;
  readonly header: Header | null;
}

/** A film that this page cannot show, though the service may well grade it. */
export class NotShownError extends Error {}
