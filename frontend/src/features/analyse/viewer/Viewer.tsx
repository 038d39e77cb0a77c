import { useState } from 'react';
import { Button } from '../../../components/Button';
import { SegmentedControl } from '../../../components/SegmentedControl';
import { Slider } from '../../../components/Slider';
import { useText } from '../../../i18n/context';
import { describeFailure } from '../../../lib/describeFailure';
import type { DoneState } from '../machine';
import { TARGETS, type Target } from '../types';
import { Legend } from './Legend';
import { canShow, Picture } from './Picture';
import styles from './Viewer.module.css';

interface ViewerProps {
  state: DoneState;
  /** Where the browser finds the study's file. */
  url: string | null;
  /** Heatmap over the radiograph, whole per cent. */
  opacity: number;
  onOpacity: (opacity: number) => void;
  onTarget: (target: Target) => void;
}

/** The graded radiograph, its heatmap and the controls of the latter. */
export function Viewer({ state, url, opacity, onOpacity, onTarget }: ViewerProps) {
  const text = useText('viewer');
  const shared = useText('shared');
  const failures = useText('failures');
  const { study, shown, pending, target, targetFailure } = state;
  const [unfit, setUnfit] = useState(false);
  // Where the file cannot be shown, the slider starts at the overlay alone.
  const [fade, setFade] = useState(0);
  const overlaid = unfit || !canShow(shown);
  const value = overlaid ? fade : opacity;

  return (
    <>
      <div className={styles.viewport} aria-busy={pending !== null}>
        <Picture
          study={study}
          url={url}
          prediction={shown}
          opacity={pending === null ? value / 100 : 0}
          overlaid={overlaid}
          onUnfit={() => setUnfit(true)}
        />
      </div>
      <Notes state={state} overlaid={overlaid} />
      {shown.explanation && (
        <div className={styles.controls}>
          <SegmentedControl
            label={text.target}
            options={TARGETS.map((value) => ({ value, label: shared.targets[value] }))}
            value={pending ?? target}
            onChange={onTarget}
          />
          <Slider
            label={overlaid ? text.fade : text.opacity}
            value={value}
            onChange={overlaid ? setFade : onOpacity}
          />
          <Legend />
        </div>
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

function Notes({ state, overlaid }: { state: DoneState; overlaid: boolean }) {
  const text = useText('viewer');
  const { explanation } = state.shown;
  if (!explanation) {
    return <p className={styles.note}>{text.noExplanation}</p>;
  }
  return (
    <>
      {explanation.low_signal && (
        <p className={styles.note}>
          {explanation.peak === 0 ? text.emptyMap(explanation.target) : text.weakMap}
        </p>
      )}
      {overlaid && <p className={styles.note}>{text.notShown}</p>}
    </>
  );
}
