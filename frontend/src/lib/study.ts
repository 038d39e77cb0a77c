/** One radiograph that the user opened. Two openings of the same file are two studies. */
export interface Study {
  readonly name: string;
  /** The user's file, or the address of a bundled sample. */
  readonly source: File | string;
}
