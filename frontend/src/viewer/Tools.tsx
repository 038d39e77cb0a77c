import { type RefObject, useState } from 'react';
import { useLanguage } from '../i18n/context';
import { stemOf } from '../lib/download';
import { type Explained, knowsSides } from '../lib/explained';
import { useShortcuts } from '../lib/shortcuts';
import type { Study } from '../lib/study';
import type { Film } from './decode/film';
import { filmKeys, isSeen } from './filmKeys';
import { hideWhileHeld } from './hideWhileHeld';
import { labelled, type Measured, UNMEASURED } from './measure';
import type { Overlay, SetOverlay } from './overlay';
import { saveImage } from './saveImage';
import { mapOf } from './shownMap';
import { Toolbar } from './Toolbar';
import styles from './Toolbar.module.css';
import type { Tool } from './useGestures';
import { type ChosenTone, useTone } from './useTone';
import { useChanges } from './Viewer';
import { FITTED, type View } from './view';

interface ToolsProps {
  study: Study;
  film: Film;
  result: Explained | null;
  /** Whether the gate rejected the film: its sides are not known, as long as no result tells. */
  rejected?: boolean | undefined;
  view: View;
  tone: ChosenTone | null;
  tool: Tool;
  lens: boolean;
  overlay: Overlay;
  measured: Measured;
  caption: readonly string[];
  /** What fills the screen: it stays while one film follows another. */
  stage: RefObject<HTMLElement | null>;
  /** What is saved as a picture. */
  frame: RefObject<HTMLElement | null> | undefined;
  onView: (view: View) => void;
  onTone: (tone: ChosenTone | null) => void;
  onTool: (tool: Tool) => void;
  onMeasured: (measured: Measured) => void;
  onLens: (lens: boolean) => void;
  onOverlay: SetOverlay;
}

/** The toolbar, and the same by keys. */
export function Tools(props: ToolsProps) {
  const { study, film, result, view, overlay, stage, frame, onView, onOverlay } = props;
  const tone = useTone(film, props.tone, props.onTone);
  const { catalogue } = useLanguage();
  const changes = useChanges(view, props.tone);
  const [unsaved, setUnsaved] = useState(false);
  const explanation = result && result.pending === null ? result.shown.explanation : null;
  const reset = () => {
    onView(FITTED);
    tone.reset();
    // A line that slipped would stand on saved pictures and on paper.
    props.onMeasured(UNMEASURED);
  };
  const zones = result ? () => onOverlay({ ...overlay, zones: !overlay.zones }) : undefined;
  const fullScreen = () =>
    void (document.fullscreenElement
      ? document.exitFullscreen()
      : stage.current?.requestFullscreen?.());
  const save = async () => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = frame?.current ?? {};
    // Out of sight, say in the place of a list that has its room, nothing is shown to be saved.
    if (width === 0 || height === 0) {
      return;
    }
    setUnsaved(false);
    const heatmap = overlay.hidden ? null : mapOf(explanation, overlay.layer);
    const scored = overlay.zones && result ? result.shown.brixia : null;
    try {
      await saveImage(
        {
          film,
          tone: tone.tone,
          view,
          viewport: { width, height },
          heat: heatmap === null ? null : { heatmap, overlay },
          sided: knowsSides(result, props.rejected ?? false),
          zones: scored && { score: scored, outlines: explanation?.zone_outlines ?? null },
          lines: labelled(props.measured, film.spacing, catalogue),
          scaleBar: catalogue.viewer.scaleBar,
          caption: [...(changes.length > 0 ? [changes.join(' · ')] : []), ...props.caption],
        },
        `${stemOf(study.name)}.view.png`,
      );
    } catch {
      setUnsaved(true);
    }
  };
  useShortcuts(
    'viewer',
    filmKeys({
      view,
      tone,
      onView,
      onFullScreen: fullScreen,
      onZones: zones,
      onSave: () => void save(),
      onReset: reset,
      onLens: () => props.onLens(!props.lens),
      onHideMap: explanation ? () => hideWhileHeld(onOverlay) : undefined,
      // Nobody sees what they would do to a film that is not shown; but the screen may be filled.
    }).map((key) =>
      key.action === 'fullScreenFilm' ? key : { ...key, when: () => isSeen(stage) },
    ),
  );
  return (
    <>
      <Toolbar
        film={film}
        view={view}
        tone={tone}
        tool={props.tool}
        lens={props.lens}
        zones={result ? overlay.zones : null}
        onTool={props.onTool}
        onLens={() => props.onLens(!props.lens)}
        onView={onView}
        onZones={() => zones?.()}
        onFullScreen={fullScreen}
        onSave={() => void save()}
        onReset={reset}
      />
      {unsaved && (
        <p className={styles.unsaved} role="alert" data-print="off">
          {catalogue.viewer.unsaved}
        </p>
      )}
    </>
  );
}
