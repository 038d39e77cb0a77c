import { useState } from 'react';
import { Button } from '../../components/Button';
import { useText } from '../../i18n/context';
import { FailureBody } from './FailureBody';
import { IntakeStage } from './intake/IntakeStage';
import { OpenButton } from './intake/OpenButton';
import styles from './Stage.module.css';
import { StageBar } from './StageBar';
import type { Analysis } from './useAnalysis';
import { Preview } from './viewer/Picture';
import { useStudyUrl } from './viewer/useStudyUrl';
import { Viewer } from './viewer/Viewer';
import viewerStyles from './viewer/Viewer.module.css';

const INITIAL_OPACITY = 60;

interface StageProps {
  analysis: Analysis;
  onFiles: (files: File[]) => void;
}

/** The dark half of the page: the radiograph, or the way to one. */
export function Stage({ analysis, onFiles }: StageProps) {
  const text = useText('analyse');
  const shared = useText('shared');
  const viewer = useText('viewer');
  const { state, open, cancel, explain } = analysis;
  // Kept here, so that it outlives the radiograph it was chosen for.
  const [opacity, setOpacity] = useState(INITIAL_OPACITY);

  const url = useStudyUrl(state.phase === 'empty' ? null : state.study);

  switch (state.phase) {
    case 'empty':
      return <IntakeStage onFiles={onFiles} />;
    case 'running':
      return (
        <>
          <StageBar name={state.study.name}>
            <Button look="compact" onClick={cancel}>
              {shared.cancel}
            </Button>
          </StageBar>
          <div className={viewerStyles.viewport} aria-busy="true">
            <div className={styles.progress} />
            <Preview url={url} />
          </div>
          <div className={viewerStyles.controls}>
            <p className={viewerStyles.waiting}>{text.running.waiting}</p>
          </div>
        </>
      );
    case 'failed':
      return (
        <>
          <StageBar name={state.study.name}>{null}</StageBar>
          <FailureBody
            failure={state.failure}
            onRetry={() => open(state.study)}
            onFiles={onFiles}
          />
        </>
      );
    case 'done': {
      const { width, height, format } = state.shown.input;
      return (
        <>
          <StageBar name={state.study.name} facts={viewer.size(width, height, format)}>
            <OpenButton look="compact" label={text.intake.another} onFiles={onFiles} />
          </StageBar>
          <Viewer
            key={state.shown.input.sha256}
            state={state}
            url={url}
            opacity={opacity}
            onOpacity={setOpacity}
            onTarget={explain}
          />
        </>
      );
    }
  }
}
