/** What was done to a film's picture before it was graded. */
export interface Repair {
  /** Degrees clockwise. */
  readonly turned: 0 | 90 | 180 | 270;
  /** Whether black and white were exchanged. */
  readonly inverted: boolean;
}

/** One radiograph that the user opened. */
export interface Study {
  readonly name: string;
  /** The user's file, or the address of a bundled sample. */
  readonly source: File | string;
  /** Where `source` is a picture of the file, turned or inverted; `original` is the file. */
  readonly repaired?: { readonly repair: Repair; readonly original: File | string };
}

/** The file as it was opened, whatever was done to its picture since. */
export const openedAs = ({ source, repaired }: Study): File | string =>
  repaired?.original ?? source;
