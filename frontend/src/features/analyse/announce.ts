import type { Catalogue } from '../../i18n/catalogue';
import type { State } from './shownState';

/**
 * What a screen reader should hear about `state`. Failures speak for themselves, as alerts, and so
 * do the map's controls: they alone know which map is drawn.
 */
export function announce(state: State, catalogue: Catalogue): string {
  const { analyse: text, quality } = catalogue;
  switch (state.phase) {
    case 'empty':
      return state.cancelled ? text.cancelled : '';
    case 'running':
      return text.running.stage(state.study.name);
    case 'failed':
      return '';
    case 'hidden':
      return catalogue.reading.hiddenLead(state.study.name);
    case 'done': {
      const { severity, confidence, refer, prediction_set } = state.shown;
      const { accepted } = state.shown.quality;
      const result = text.result.announce(state.study.name, severity, confidence);
      return [result, refer && text.result.refer(prediction_set), !accepted && quality.rejected]
        .filter(Boolean)
        .join(' ');
    }
  }
}
