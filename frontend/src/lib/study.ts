/** What was done to a film's picture before it was graded. */
export interface Repair {
  /** Degrees clockwise. */
  readonly turned: 0 | 90 | 180 | 270;
  /** Whether black and white were exchanged. */
  readonly inverted: boolean;
}

/** One radiograph that the user opened. Two openings of the same file are two studies. */
export interface Study {
  readonly name: string;
  /** The user's file, or the address of a bundled sample. */
  readonly source: File | string;
  /** Where `source` is a picture of the file, turned or inverted; `original` is the file. */
  readonly repaired?: { readonly repair: Repair; readonly original: File | string };
}
