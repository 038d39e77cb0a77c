import { Button } from '../components/Button';
import { useText } from '../i18n/context';
import { describeFailure } from '../i18n/describeFailure';
import type { Explained } from '../lib/explained';
import type { Layer, Target } from '../lib/prediction';
import { layerOf } from './shownMap';
import styles from './Viewer.module.css';

interface NotesProps {
  result: Explained;
  /** Whether the service's overlay stands in for the file. */
  overlaid: boolean;
  /** Whether the Brixia zones are drawn. */
  zones: boolean;
  /** The map that is wanted. */
  layer: Layer;
  onTarget: (target: Target) => void;
}

/** What has to be said of a picture or its heatmap. */
export function Notes({ result, overlaid, zones, layer, onTarget }: NotesProps) {
  const text = useText('viewer');
  const shared = useText('shared');
  const failures = useText('failures');
  const { targetFailure, pending } = result;
  const { explanation } = result.shown;
  return (
    <>
      {!explanation && !pending && !targetFailure && (
        <p className={styles.note}>{text.noExplanation}</p>
      )}
      {explanation?.low_signal && layerOf(explanation, layer) === 'grad-cam' && (
        <p className={styles.note}>
          {explanation.peak === 0
            ? text.emptyMap(explanation.target)
            : text.weak[explanation.low_signal_reason ?? 'faint']}
        </p>
      )}
      {zones && !overlaid && !explanation?.zone_outlines && (
        <p className={styles.note}>{text.zonesNote}</p>
      )}
      {overlaid && <p className={styles.note}>{text.notShown}</p>}
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
