import { type RefObject, useCallback, useRef, useState } from 'react';
import type { Film } from './decode/film';
import { Hint } from './Hint';
import { UNMEASURED } from './measure';
import { OverlayControls } from './OverlayControls';
import type { SetOverlay } from './overlay';
import { Tools } from './Tools';
import type { Tool } from './useGestures';
import type { ChosenTone } from './useTone';
import Viewer, { type ViewerProps } from './Viewer';
import styles from './Viewer.module.css';
import { FITTED } from './view';

type WorkbenchProps = Pick<
  ViewerProps,
  'study' | 'date' | 'result' | 'busy' | 'rejected' | 'overlay' | 'onTarget'
> & {
  onOverlay: SetOverlay;
  /** What fills the screen. */
  stage: RefObject<HTMLElement | null>;
  /** What a saved picture says beneath it. */
  caption: readonly string[];
};

/** One film with its tools. */
export default function Workbench(props: WorkbenchProps) {
  const { study, result, overlay, caption, stage, onOverlay, onTarget, ...rest } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [film, setFilm] = useState<Film | null>(null);
  const [unshown, setUnshown] = useState(false);
  const [view, setView] = useState(FITTED);
  const [tone, setTone] = useState<ChosenTone | null>(null);
  const [tool, setTool] = useState<Tool>('window');
  const [lens, setLens] = useState(false);
  const [measured, setMeasured] = useState(UNMEASURED);
  // Of another picture, say of the film as it was turned to be graded, it is all to be done anew.
  const onFilm = useCallback((next: Film | null, isUnshown: boolean) => {
    setFilm(next);
    setUnshown(isUnshown);
    setMeasured(UNMEASURED);
    setView(FITTED);
    setTone(null);
  }, []);
  return (
    <div className={styles.pane}>
      {film && (
        <Tools
          study={study}
          film={film}
          result={result}
          rejected={props.rejected}
          view={view}
          tone={tone}
          tool={tool}
          lens={lens}
          overlay={overlay}
          measured={measured}
          caption={caption}
          stage={stage}
          frame={frame}
          onView={setView}
          onTone={setTone}
          onTool={setTool}
          onMeasured={setMeasured}
          onLens={setLens}
          onOverlay={onOverlay}
        />
      )}
      <Viewer
        {...rest}
        study={study}
        result={result}
        view={view}
        tone={tone}
        tool={tool}
        lens={lens}
        overlay={overlay}
        measured={measured}
        onMeasured={setMeasured}
        frame={frame}
        onView={setView}
        onTone={setTone}
        onTarget={onTarget}
        onFilm={onFilm}
        hint={film && <Hint frame={frame} />}
      >
        {result && (result.shown.explanation || result.pending) && (
          <OverlayControls
            overlay={overlay}
            target={result.pending ?? result.target}
            explanation={result.shown.explanation}
            awaited={result.pending !== null}
            // Not while it is only loading: the film that comes would be another picture.
            painted={unshown}
            onOverlay={onOverlay}
            onTarget={onTarget}
          />
        )}
      </Viewer>
    </div>
  );
}
