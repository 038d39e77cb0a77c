import type { Failure } from '../../lib/failure';
import type { Prediction, Study, Target } from './types';

/** Answers for one study, by the heatmap's target. */
type Predictions = Readonly<Partial<Record<Target, Prediction>>>;

export interface DoneState {
  readonly phase: 'done';
  readonly study: Study;
  /** When the first answer came. */
  readonly gradedAt: Date;
  readonly predictions: Predictions;
  /** What is shown: `predictions[target]`. */
  readonly target: Target;
  readonly shown: Prediction;
  /** What was asked for and has not arrived. */
  readonly pending: Target | null;
  readonly targetFailure: { readonly target: Target; readonly failure: Failure } | null;
}

export type State =
  | { readonly phase: 'empty'; readonly cancelled: boolean }
  | { readonly phase: 'running'; readonly study: Study }
  | { readonly phase: 'failed'; readonly study: Study; readonly failure: Failure }
  | DoneState;

export type Event =
  | { readonly type: 'opened'; readonly study: Study }
  | { readonly type: 'cancelled' }
  | { readonly type: 'target-chosen'; readonly target: Target }
  | {
      readonly type: 'answered';
      readonly study: Study;
      readonly target: Target;
      readonly prediction: Prediction;
      readonly at: Date;
    }
  | {
      readonly type: 'failed';
      readonly study: Study;
      readonly target: Target;
      readonly failure: Failure;
    };

export const INITIAL: State = { phase: 'empty', cancelled: false };

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'opened':
      return { phase: 'running', study: event.study };
    case 'cancelled':
      return state.phase === 'running' ? { phase: 'empty', cancelled: true } : state;
    case 'target-chosen':
      return state.phase === 'done' ? chooseTarget(state, event.target) : state;
    default:
      // An answer to a study that has been replaced since must not touch the present one.
      return 'study' in state && state.study === event.study ? settle(state, event) : state;
  }
}

type OpenState = Exclude<State, { phase: 'empty' }>;
type Settled = Extract<Event, { type: 'answered' | 'failed' }>;

function settle(state: OpenState, event: Settled): State {
  const { study } = state;
  if (event.type === 'failed') {
    const { target, failure } = event;
    return state.phase === 'done'
      ? { ...state, pending: null, targetFailure: { target, failure } }
      : { phase: 'failed', study, failure };
  }
  const { target, prediction } = event;
  const gradedAt = state.phase === 'done' ? state.gradedAt : event.at;
  // "Predicted" and the class it turned out to be are one and the same map.
  const same = prediction.explanation?.target;
  const predictions = {
    ...(state.phase === 'done' && state.predictions),
    ...(same && { [same]: prediction }),
    [target]: prediction,
  };
  const settled = { pending: null, targetFailure: null };
  return { phase: 'done', study, gradedAt, predictions, target, shown: prediction, ...settled };
}

function chooseTarget(state: DoneState, target: Target): DoneState {
  const known = state.predictions[target];
  return known
    ? { ...state, target, shown: known, pending: null, targetFailure: null }
    : { ...state, pending: target, targetFailure: null };
}
