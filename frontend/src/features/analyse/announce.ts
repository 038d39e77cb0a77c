import type { State } from './machine';
import { text } from './messages';

/** What a screen reader should hear about `state`. Failures speak for themselves, as alerts. */
export function announce(state: State): string {
  switch (state.phase) {
    case 'empty':
      return state.cancelled ? text.cancelled : '';
    case 'running':
      return text.running.stage(state.study.name);
    case 'failed':
      return '';
    case 'done': {
      const { severity, confidence, explanation } = state.shown;
      const isFirst = state.target === 'predicted' || !explanation;
      return isFirst
        ? text.result.announce(state.study.name, severity, confidence)
        : text.viewer.announceTarget(explanation.target);
    }
  }
}
