import { type RefObject, Suspense, useState } from 'react';
import { Button } from '../../components/Button';
import { loadable } from '../../components/loadable';
import { useLanguage, useText } from '../../i18n/context';
import { FIRST_OVERLAY } from '../../viewer/overlay';
import { captionFor } from './caption';
import type { Side } from './compare/Compare';
import { type Paired, pairOn } from './compare/pair';
import { FailureBody } from './FailureBody';
import { gradedOf } from './graded';
import { IntakeStage } from './intake/IntakeStage';
import { OpenButton } from './intake/OpenButton';
import { RepairButtons } from './RepairButtons';
import { BlindSwitch } from './reading/BlindSwitch';
import { ReadingFile } from './reading/ReadingFile';
import { ReportMenu } from './result/ReportMenu';
import styles from './Stage.module.css';
import { StageBar } from './StageBar';
import { isDrawn, isRejected, type State } from './shownState';
import type { Repairs } from './useRepairs';
import { type Item, itemOf, stateOf, type Worklist } from './worklist/films';
import { PauseNote } from './worklist/PauseNote';
import { readingsOf } from './worklist/readings';
import { repairFor } from './worklist/repair';
import type { WorklistStore } from './worklist/store';

// Decoders and tools travel apart from the first load; they are fetched while the page is idle.
const Workbench = loadable(() => import('../../viewer/Workbench'));
const Compare = loadable(() => import('./compare/Compare'));

interface StageProps {
  list: Worklist;
  store: WorklistStore;
  /** What holds it, and fills the screen with it. */
  stage: RefObject<HTMLElement | null>;
  repairs: Repairs;
  onFiles: (files: File[]) => void;
  /** Of two films that are compared, which one is looked at; `null` before there is one. */
  onLook: (id: number | null) => void;
  /** A report of the film of this name failed after it was left. */
  onUnsaved: (name: string) => void;
}

/** The dark half of the page: the radiograph, or the way to one. */
export function Stage(props: StageProps) {
  const { list, store, stage, repairs, onFiles, onLook, onUnsaved } = props;
  // Kept here, so that it outlives the radiograph it was chosen for.
  const [overlay, setOverlay] = useState(FIRST_OVERLAY);
  const item = itemOf(list, list.selected);
  const state = stateOf(list, list.selected);
  const { catalogue } = useLanguage();

  if (!item || state.phase === 'empty') {
    return (
      <IntakeStage onFiles={onFiles}>
        <BlindSwitch blind={list.blind} store={store} />
        {/* Here too: with a film open, its result would be the first thing to be seen. */}
        <ReadingFile store={store} saves={readingsOf(list).length > 0} />
      </IntakeStage>
    );
  }
  const pair = pairOn(list);
  if (pair) {
    const side = ({ item: film, state: shown }: Paired): Side => ({
      id: film.id,
      state: shown,
      date: film.date,
      rejected: isRejected(film, shown),
      caption: captionFor(film, shown, overlay, catalogue),
    });
    return (
      <Suspense fallback={<div className={styles.empty} />}>
        <Compare
          key={`${list.selected}+${list.compared}`}
          sides={[side(pair[0]), side(pair[1])]}
          overlay={overlay}
          stage={stage}
          onOverlay={setOverlay}
          onTarget={store.explain}
          onLook={onLook}
          onEnd={() => store.compare(null)}
        />
      </Suspense>
    );
  }
  const failure = state.phase === 'failed' ? state.failure : null;
  const repair = failure && repairFor(failure.findings);
  const drawn = isDrawn(state);
  return (
    <>
      <Bar state={state} item={item} store={store} onFiles={onFiles} onUnsaved={onUnsaved} />
      {/* With several films, their list says so. */}
      {list.pause && list.items.length === 1 && (failure || item.status === 'queued') && (
        <PauseNote
          pause={list.pause}
          told={failure !== null}
          onResume={() => store.retry(item.id)}
        />
      )}
      <div
        className={failure ? styles.failed : styles.alone}
        data-film={failure ? drawn : undefined}
      >
        {failure && (
          <FailureBody
            // Else the same words of another film are no news, and nothing is read out.
            key={item.id}
            failure={failure}
            onRetry={() => store.retry(item.id)}
            onForce={() => store.retry(item.id, true)}
            onFiles={onFiles}
            repair={
              repair && (
                <RepairButtons item={item} items={list.items} repair={repair} repairs={repairs} />
              )
            }
          />
        )}
        {state.phase === 'running' && <div className={styles.progress} />}
        {/* In one place whatever becomes of the film: its zoom, its window and what was measured on
            it outlive a failure and the try after it. */}
        {drawn && (
          <Suspense fallback={<div className={styles.empty} />}>
            <div className={styles.film}>
              <Workbench
                key={item.id}
                study={state.study}
                date={item.date}
                result={state.phase === 'done' ? state : null}
                busy={state.phase === 'running'}
                rejected={isRejected(item, state)}
                caption={captionFor(item, state, overlay, catalogue)}
                overlay={overlay}
                stage={stage}
                onOverlay={setOverlay}
                onTarget={(target) => store.explain(item.id, target)}
              />
            </div>
          </Suspense>
        )}
      </div>
    </>
  );
}

interface BarProps extends Pick<StageProps, 'store' | 'onFiles' | 'onUnsaved'> {
  state: Exclude<State, { phase: 'empty' }>;
  item: Item;
}

function Bar({ state, item, store, onFiles, onUnsaved }: BarProps) {
  const text = useText('analyse');
  const shared = useText('shared');
  const viewer = useText('viewer');
  if (state.phase === 'failed') {
    return <StageBar name={state.study.name}>{null}</StageBar>;
  }
  if (state.phase === 'running') {
    return (
      <StageBar name={state.study.name}>
        <Button look="compact" onClick={() => store.cancel(item.id)}>
          {shared.cancel}
        </Button>
      </StageBar>
    );
  }
  const { width, height, format } = state.phase === 'done' ? state.shown.input : NO_SIZE;
  return (
    <StageBar
      name={state.study.name}
      {...(format && { facts: viewer.size(width, height, format) })}
    >
      {state.phase === 'done' && (
        <ReportMenu
          key={item.id}
          graded={gradedOf(item, state)}
          onImpression={(impression) => store.describe(item.id, { impression })}
          onLost={() => onUnsaved(item.study.name)}
        />
      )}
      <OpenButton look="compact" label={text.intake.another} onFiles={onFiles} />
    </StageBar>
  );
}

const NO_SIZE = { width: 0, height: 0, format: '' } as const;
