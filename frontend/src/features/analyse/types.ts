import type { Conformal, Metrics } from '../../lib/prediction';

export * from '../../lib/prediction';

/** What the page tells of a version of the model. */
export interface Model {
  readonly metrics: Metrics;
  readonly conformal: Pick<Conformal, 'coverage' | 'threshold'>;
}

/** One radiograph that the user opened. Two openings of the same file are two studies. */
export interface Study {
  readonly name: string;
  /** The user's file, or the address of a bundled sample. */
  readonly source: File | string;
}
