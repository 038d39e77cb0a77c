import { useCallback, useEffect, useReducer, useRef } from 'react';
import { INITIAL, reduce, type State } from './machine';
import { predict } from './predict';
import type { Study, Target } from './types';

export interface Analysis {
  readonly state: State;
  /** Grades a study; whatever was under way is cancelled. */
  open: (study: Study) => void;
  cancel: () => void;
  /** Explains another class of the study that is shown. */
  explain: (target: Target) => void;
}

/** The one analysis that the page holds, and what can be done with it. */
export function useAnalysis(): Analysis {
  const [state, dispatch] = useReducer(reduce, INITIAL);
  const underWay = useRef<AbortController | null>(null);

  const stop = useCallback(() => {
    underWay.current?.abort();
    underWay.current = null;
  }, []);
  useEffect(() => stop, [stop]);

  const ask = useCallback(
    async (study: Study, target: Target) => {
      stop();
      const controller = new AbortController();
      underWay.current = controller;
      const outcome = await predict(study, target, controller.signal);
      if (controller.signal.aborted) {
        return;
      }
      dispatch(
        outcome.ok
          ? { type: 'answered', study, target, prediction: outcome.value, at: new Date() }
          : { type: 'failed', study, target, failure: outcome.failure },
      );
    },
    [stop],
  );

  const open = useCallback(
    (study: Study) => {
      dispatch({ type: 'opened', study });
      void ask(study, 'predicted');
    },
    [ask],
  );

  const cancel = useCallback(() => {
    stop();
    dispatch({ type: 'cancelled' });
  }, [stop]);

  const explain = useCallback(
    (target: Target) => {
      if (state.phase !== 'done') {
        return;
      }
      stop();
      dispatch({ type: 'target-chosen', target });
      if (!state.predictions[target]) {
        void ask(state.study, target);
      }
    },
    [state, ask, stop],
  );

  return { state, open, cancel, explain };
}
