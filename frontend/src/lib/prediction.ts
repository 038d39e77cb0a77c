import type { components } from '../client/schema';

export type Prediction = components['schemas']['Prediction'];
export type Severity = Prediction['severity'];
export type Metrics = components['schemas']['Metrics'];
export type Conformal = components['schemas']['Conformal'];
export type Brixia = Prediction['brixia'];
export type Quality = Prediction['quality'];
export type Finding = Quality['findings'][number];
export type Zone = keyof Brixia['zones'];
export type Explanation = NonNullable<Prediction['explanation']>;

/** In order of severity. */
export const SEVERITIES = ['mild', 'moderate', 'severe'] as const satisfies readonly Severity[];

/** The versions of the model that `graded` come of, each once. */
export const versionsOf = (graded: readonly Pick<Prediction, 'model'>[]): readonly string[] => [
  ...new Set(graded.map(({ model }) => model.version)),
];

/** What a heatmap speaks of: the expected Brixia total, or a grade. */
export type Subject = Explanation['target'];
/** The network's own map of opacity, or the Grad-CAM of what is explained. */
export type Layer = 'opacity' | 'grad-cam';
/** Why a Grad-CAM says too little. */
export type WeakReason = NonNullable<Explanation['low_signal_reason']>;
/** What a heatmap is asked to speak of. */
export type Target = 'predicted' | Subject;
/** What a film is explained by before anybody chooses: a map of one grade is often faint. */
export const FIRST_TARGET = 'burden' satisfies Target;
export const TARGETS = ['burden', 'predicted', ...SEVERITIES] as const satisfies readonly Target[];
