import { useRef, useState } from 'react';
import { useText } from '../i18n/context';
import { stemOf } from '../lib/download';
import type { Explained } from '../lib/explained';
import type { Target } from '../lib/prediction';
import { useShortcuts } from '../lib/shortcuts';
import type { Study } from '../lib/study';
import type { Film } from './decode/film';
import { FilmView } from './FilmView';
import { HeaderPanel } from './HeaderPanel';
import { pressed, VIEWPORT_KEYS } from './keys';
import { Notes } from './Notes';
import { OverlayControls } from './OverlayControls';
import type { Overlay } from './overlay';
import { saveImage } from './saveImage';
import { mapOf } from './shownMap';
import { Toolbar } from './Toolbar';
import { useFilm } from './useFilm';
import type { Tool } from './useGestures';
import { useTone } from './useTone';
import styles from './Viewer.module.css';
import { FITTED, type View } from './view';

export interface ViewerProps {
  study: Study;
  /** `null` while the film is being graded, or was not. */
  result: Explained | null;
  busy: boolean;
  view: View;
  overlay: Overlay;
  onView: (view: View) => void;
  onOverlay: (overlay: Overlay) => void;
  onTarget: (target: Target) => void;
  /** Whether the heatmap's controls stand elsewhere. */
  bare?: boolean;
}

/** A radiograph at full resolution, and what the model made of it. */
export default function Viewer(props: ViewerProps) {
  const { study, result } = props;
  const load = useFilm(study);
  const text = useText('viewer');
  const overlaid = load.status === 'unshown';
  return (
    <>
      {load.status === 'ready' && <FilmPane {...props} film={load.film} />}
      {load.status === 'loading' && (
        <div className={styles.viewport} aria-busy="true">
          <p className={styles.loading}>{text.loading}</p>
        </div>
      )}
      {overlaid && <Substitute {...props} />}
      {result && (
        <Notes
          result={result}
          overlaid={overlaid}
          zones={props.overlay.zones}
          onTarget={props.onTarget}
        />
      )}
    </>
  );
}

/** The service's overlay, where this page cannot show the file. */
function Substitute({ study, result, busy, overlay, bare, onOverlay, onTarget }: ViewerProps) {
  const text = useText('viewer');
  const explanation = result?.shown.explanation;
  return (
    <>
      <div className={styles.viewport} aria-busy={busy}>
        {/* Not under the name of a class that it is not of. */}
        {explanation && result?.pending === null && (
          <img
            className={styles.picture}
            src={explanation.overlay}
            alt={text.overlayImage(study.name)}
          />
        )}
      </div>
      {!bare && result && explanation && (
        <OverlayControls
          overlay={overlay}
          target={result.pending ?? result.target}
          painted
          onOverlay={onOverlay}
          onTarget={onTarget}
        />
      )}
    </>
  );
}

function FilmPane(props: ViewerProps & { film: Film }) {
  const { study, film, result, view, overlay, onView, onOverlay } = props;
  const pane = useRef<HTMLDivElement>(null);
  const tone = useTone(film);
  const [tool, setTool] = useState<Tool>('window');
  const explanation = result && result.pending === null ? result.shown.explanation : null;
  const reset = () => {
    onView(FITTED);
    tone.reset();
  };
  const zones = () => onOverlay({ ...overlay, zones: !overlay.zones });
  const fullScreen = () =>
    void (document.fullscreenElement
      ? document.exitFullscreen()
      : pane.current?.requestFullscreen?.());
  useShortcuts('viewer', VIEWPORT_KEYS);
  const save = () => {
    const stem = stemOf(study.name);
    const shares = { threshold: overlay.threshold / 100, opacity: overlay.opacity / 100 };
    const heatmap = mapOf(explanation, overlay.layer);
    const { orientation } = view;
    const shown = { film, tone: tone.tone, orientation, heatmap, map: overlay.map, ...shares };
    void saveImage(shown, `${stem}.view.png`);
  };

  return (
    <div ref={pane} className={styles.pane}>
      <Toolbar
        film={film}
        view={view}
        tone={tone}
        tool={tool}
        zones={result ? overlay.zones : null}
        onTool={setTool}
        onView={onView}
        onZones={zones}
        onFullScreen={fullScreen}
        onSave={save}
        onReset={reset}
      />
      <FilmView
        name={study.name}
        film={film}
        view={view}
        tone={tone.tone}
        tool={tool}
        overlay={overlay}
        explanation={explanation}
        brixia={result?.shown.brixia ?? null}
        busy={props.busy || (result !== null && result.pending !== null)}
        onView={onView}
        onWindow={tone.drag}
        onKey={(event, viewport) => {
          const [full] = film.levels;
          const actions = { film: full, viewport, view, tone, onView };
          const others = { onFullScreen: fullScreen, onZones: zones, onReset: reset };
          if (pressed(event, { ...actions, ...others })) {
            event.preventDefault();
            event.stopPropagation();
          }
        }}
      />
      {film.header && <HeaderPanel header={film.header} film={film} />}
      {!props.bare && result && (result.shown.explanation || result.pending) && (
        <OverlayControls
          overlay={overlay}
          target={result.pending ?? result.target}
          explanation={result.shown.explanation}
          onOverlay={onOverlay}
          onTarget={props.onTarget}
        />
      )}
    </div>
  );
}
