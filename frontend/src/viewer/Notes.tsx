import { Button } from '../components/Button';
import { useText } from '../i18n/context';
import { describeFailure } from '../i18n/describeFailure';
import type { Explained } from '../lib/explained';
import type { Explanation, Layer, Target } from '../lib/prediction';
import { layerOf, overlaidLayer } from './shownMap';
import styles from './Viewer.module.css';

interface NotesProps {
  /** `null` while there is none, or none may be seen. */
  result: Explained | null;
  /** Whether the service's overlay stands in for the file. */
  overlaid: boolean;
  /** Whether the Brixia zones are drawn. */
  zones: boolean;
  /** The map that is wanted. */
  layer: Layer;
  /** Whether that map could not be drawn. */
  unpainted: boolean;
  onTarget: (target: Target) => void;
}

/** What has to be said of a picture or its heatmap. */
export function Notes({ result, overlaid, zones, layer, unpainted, onTarget }: NotesProps) {
  const text = useText('viewer');
  const shared = useText('shared');
  const failures = useText('failures');
  const report = useText('report');
  const targetFailure = result?.targetFailure ?? null;
  const explanation = result?.shown.explanation ?? null;
  // While another map is awaited, none is drawn.
  const seen = result?.pending === null ? explanation : null;
  const drawn =
    explanation && (overlaid ? overlaidLayer(explanation) : layerOf(explanation, layer));
  const unexplained = result && !explanation && !result.pending && !targetFailure;
  const weakWords = ({ peak, target, low_signal_reason }: Explanation) => {
    if (peak === 0) {
      return text.emptyMap(target);
    }
    // The service draws a weak one all the same.
    return overlaid ? report.weak : text.weak[low_signal_reason ?? 'faint'];
  };
  return (
    <>
      {unexplained && <p className={styles.note}>{text.noExplanation}</p>}
      {explanation?.low_signal && drawn === 'grad-cam' && (
        <p className={styles.note}>{weakWords(explanation)}</p>
      )}
      {result && zones && !overlaid && !explanation?.zone_outlines && (
        <p className={styles.note}>{text.zonesNote}</p>
      )}
      {overlaid && (
        <p className={styles.note}>
          {text.notShown} {seen && drawn && text.overlaidMap(text.layers[drawn])}
        </p>
      )}
      {unpainted && (
        <p className={styles.failure} role="alert">
          {text.unpainted}
        </p>
      )}
      {targetFailure && (
        <div className={styles.failure} role="alert">
          <p>
            {text.targetFailed(
              targetFailure.target,
              describeFailure(targetFailure.failure, failures).title,
            )}
          </p>
          <Button onClick={() => onTarget(targetFailure.target)}>{shared.retry}</Button>
        </div>
      )}
    </>
  );
}
