import { mayRetry } from '../../i18n/describeFailure';
import type { Explained } from '../../lib/explained';
import type { Failure } from '../../lib/failure';
import type { Study } from '../../lib/study';

export interface DoneState extends Explained {
  readonly phase: 'done';
  readonly study: Study;
  /** When it was graded. */
  readonly gradedAt: Date;
}

/** What the page shows of the film that is selected. */
export type State =
  | { readonly phase: 'empty'; readonly cancelled: boolean }
  | { readonly phase: 'running'; readonly study: Study }
  /** Graded, and hidden until the reader asks for it. */
  | { readonly phase: 'hidden'; readonly study: Study }
  | { readonly phase: 'failed'; readonly study: Study; readonly failure: Failure }
  | DoneState;

/**
 * Whether the stage shows the film itself. Where the service or the way to it is at fault, the file
 * is a film all the same, and whoever sees a rejected one can tell whether the findings are right.
 */
export const isDrawn = (state: State): boolean =>
  state.phase === 'failed'
    ? state.failure.findings !== undefined || mayRetry(state.failure.code)
    : state.phase !== 'empty';

/**
 * Whether the gate rejected the film. Of one that is judged all the same that holds on, until its
 * result is there and shown to tell.
 */
export const isRejected = ({ forced }: { readonly forced: boolean }, state: State): boolean =>
  forced || (state.phase === 'failed' && state.failure.findings !== undefined);
