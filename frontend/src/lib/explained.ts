import type { Failure } from './failure';
import { FIRST_TARGET, type Prediction, type Target } from './prediction';

/** Answers for one study, by the heatmap's target. */
type Predictions = Readonly<Partial<Record<Target, Prediction>>>;

/** What the service told of one study, and which of it is shown. */
export interface Explained {
  readonly predictions: Predictions;
  /** What is shown: `predictions[target]`. */
  readonly target: Target;
  readonly shown: Prediction;
  /** What was asked for and has not arrived. */
  readonly pending: Target | null;
  readonly targetFailure: { readonly target: Target; readonly failure: Failure } | null;
}

const SETTLED = { pending: null, targetFailure: null } as const;

/**
 * Whether the patient's right is known to lie on the film's left, as in a frontal radiograph: the
 * gate says so, and before it has spoken that is how films are sent.
 */
export const knowsSides = (result: Explained | null, rejected: boolean): boolean =>
  result ? result.shown.quality.accepted : !rejected;

/** A grade of which no map is known. */
export const unexplained = (graded: Omit<Prediction, 'explanation'>): Explained => ({
  predictions: {},
  target: FIRST_TARGET,
  shown: { ...graded, explanation: null },
  ...SETTLED,
});

/** An answer, beside those that were there before. */
export function answered(
  before: Explained | null,
  target: Target,
  prediction: Prediction,
): Explained {
  // "Predicted" and the class it turned out to be are one and the same map.
  const same = prediction.explanation?.target;
  const predictions = {
    ...before?.predictions,
    ...(same && { [same]: prediction }),
    ...(same === prediction.severity && { predicted: prediction }),
    [target]: prediction,
  };
  return { predictions, target: toldOf(target, prediction), shown: prediction, ...SETTLED };
}

/**
 * What an answer speaks of: a version that cannot explain the total answers with a grade, and must
 * not be taken for what was asked.
 */
function toldOf(target: Target, { explanation }: Prediction): Target {
  return target === 'predicted' ? target : (explanation?.target ?? target);
}

/** Another class is asked for: shown at once where it is known, else pending. */
export function chosen(before: Explained, target: Target): Explained {
  const known = before.predictions[target];
  return known
    ? { ...before, target: toldOf(target, known), shown: known, ...SETTLED }
    : { ...before, pending: target, targetFailure: null };
}

export function targetFailed(before: Explained, target: Target, failure: Failure): Explained {
  return { ...before, pending: null, targetFailure: { target, failure } };
}
