import type { components } from '../../client/schema';

export type Prediction = components['schemas']['Prediction'];
export type Severity = Prediction['severity'];
export type Metrics = components['schemas']['Metrics'];
export type Conformal = components['schemas']['Conformal'];
export type Brixia = Prediction['brixia'];
export type Zone = keyof Brixia['zones'];
export type Explanation = NonNullable<Prediction['explanation']>;

/** In order of severity. */
export const SEVERITIES = ['mild', 'moderate', 'severe'] as const satisfies readonly Severity[];

/** The class that a heatmap is asked to speak of. */
export type Target = 'predicted' | Severity;
export const TARGETS = ['predicted', ...SEVERITIES] as const satisfies readonly Target[];

/** What the page tells of a version of the model. */
export interface Model {
  readonly metrics: Metrics;
  readonly conformal: Conformal;
}

/** One radiograph that the user opened. Two openings of the same file are two studies. */
export interface Study {
  readonly name: string;
  /** The user's file, or the address of a bundled sample. */
  readonly source: File | string;
}
