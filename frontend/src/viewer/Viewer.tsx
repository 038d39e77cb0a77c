import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useFormat, useText } from '../i18n/context';
import { type Explained, knowsSides } from '../lib/explained';
import type { Explanation, Target } from '../lib/prediction';
import type { Study } from '../lib/study';
import type { Film } from './decode/film';
import { FilmView } from './FilmView';
import { HeaderPanel } from './HeaderPanel';
import type { Measured } from './measure';
import { Notes } from './Notes';
import type { Overlay } from './overlay';
import { ScaleBar } from './ScaleBar';
import { mapOf } from './shownMap';
import { useFilm } from './useFilm';
import type { Tool } from './useGestures';
import { type Room, useRoom } from './useRoom';
import { type ChosenTone, toneOf, useTone } from './useTone';
import styles from './Viewer.module.css';
import { changesOf, scaleOf, type View } from './view';
import { centreAndWidth } from './windowing';

export interface ViewerProps {
  study: Study;
  /** Day of the film, YYYY-MM-DD; empty when not known. */
  date: string;
  /** `null` while the film is being graded, or was not. */
  result: Explained | null;
  busy: boolean;
  /** Whether the gate rejected the film: its sides are not known, as long as no result tells. */
  rejected?: boolean;
  view: View;
  tone: ChosenTone | null;
  tool: Tool;
  /** Whether a magnifying glass follows the pointer. */
  lens: boolean;
  overlay: Overlay;
  /** Whether another film lies beside it. */
  beside?: boolean;
  /** Of this very film: to be forgotten with it (`onFilm`). */
  measured: Measured;
  onMeasured: (measured: Measured) => void;
  onView: (view: View) => void;
  onTone: (tone: ChosenTone | null) => void;
  onTarget: (target: Target) => void;
  /** Once the file is decoded; `null` while it is not, and where it cannot be (`unshown`). */
  onFilm: (film: Film | null, unshown: boolean) => void;
  /** The viewport, for whoever wants its size. */
  frame?: RefObject<HTMLDivElement | null> | undefined;
  /** Said above all notes. */
  hint?: ReactNode;
  /** What else stands at the film's foot. */
  children?: ReactNode;
}

/** A radiograph at full resolution, and what the model made of it. Notes never change its size. */
export default function Viewer(props: ViewerProps) {
  const { study, result, onFilm, children } = props;
  const own = useRef<HTMLDivElement>(null);
  const frame = props.frame ?? own;
  const room = useRoom(frame, props.beside ?? false);
  const load = useFilm(study);
  const text = useText('viewer');
  const overlaid = load.status === 'unshown';
  const film = load.status === 'ready' ? load.film : null;
  const [unpainted, setUnpainted] = useState<string | null>(null);
  const explanation = result && result.pending === null ? result.shown.explanation : null;
  const map = mapOf(explanation, props.overlay.layer);
  useEffect(() => onFilm(film, overlaid), [film, overlaid, onFilm]);
  return (
    <div ref={frame} className={styles.frame}>
      {film && (
        <FilmPane
          {...props}
          film={film}
          room={room}
          explanation={explanation}
          onUnpainted={setUnpainted}
        />
      )}
      {load.status === 'loading' && (
        <div className={styles.viewport} aria-busy="true">
          <p className={styles.loading}>{text.loading}</p>
        </div>
      )}
      {overlaid && <Substitute {...props} />}
      <div className={styles.above} data-header={film?.header != null}>
        {props.hint}
        {film && <Changes film={film} view={props.view} tone={props.tone} />}
        {(result || overlaid) && (
          <Notes
            result={result}
            overlaid={overlaid}
            zones={props.overlay.zones}
            layer={props.overlay.layer}
            unpainted={film !== null && map !== null && map === unpainted}
            onTarget={props.onTarget}
          />
        )}
      </div>
      {film?.header && <HeaderPanel header={film.header} film={film} />}
      {/* One line, or as many as they need: none of them lies over another. */}
      <div className={styles.foot}>
        {film && <Corner film={film} date={props.date} tone={props.tone} />}
        {film?.spacing && room.size && (
          <ScaleBar
            spacing={film.spacing}
            scale={scaleOf(props.view, film.levels[0], room.size)}
            onSide={props.view.orientation[0] === 0}
            size={room.size}
          />
        )}
        {children}
      </div>
    </div>
  );
}

/** The service's overlay, where this page cannot show the file. */
function Substitute({ study, result, busy }: ViewerProps) {
  const text = useText('viewer');
  const explanation = result?.shown.explanation;
  return (
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
  );
}

interface FilmPaneProps extends ViewerProps {
  film: Film;
  room: Room;
  /** `null` while there is none, or another one is awaited. */
  explanation: Explanation | null;
  onUnpainted: (heatmap: string | null) => void;
}

function FilmPane(props: FilmPaneProps) {
  const { study, film, result, view, overlay, busy } = props;
  const tone = useTone(film, props.tone, props.onTone);
  return (
    <FilmView
      name={study.name}
      film={film}
      view={view}
      tone={tone.tone}
      tool={props.tool}
      lens={props.lens}
      room={props.room}
      measured={props.measured}
      onMeasured={props.onMeasured}
      overlay={overlay}
      explanation={props.explanation}
      onUnpainted={props.onUnpainted}
      brixia={result?.shown.brixia ?? null}
      sided={knowsSides(result, props.rejected ?? false)}
      busy={busy || (result !== null && result.pending !== null)}
      onView={props.onView}
      onWindow={tone.drag}
    />
  );
}

interface CornerProps extends Pick<ViewerProps, 'date' | 'tone'> {
  film: Film;
}

/** When and how it was taken, and which of its greys are seen. */
function Corner({ film, date, tone }: CornerProps) {
  const text = useText('viewer');
  const format = useFormat();
  const { centre, width } = centreAndWidth(toneOf(film, tone).window);
  return (
    <p className={styles.corner}>
      {[
        date && format.day(date),
        film.header?.viewPosition,
        text.window(format.integer(centre), format.integer(width)),
      ]
        .filter(Boolean)
        .join(' · ')}
    </p>
  );
}

interface ChangesProps {
  film: Film;
  view: View;
  tone: ChosenTone | null;
}

/** Said for as long as the film is not shown as it was taken. */
function Changes({ view, tone }: ChangesProps) {
  const words = useChanges(view, tone);
  return words.length === 0 ? null : <p className={styles.badge}>{words.join(' · ')}</p>;
}

/** What was done to the picture, in words. */
export function useChanges(view: View, tone: ChosenTone | null): readonly string[] {
  const text = useText('viewer').changes;
  const { mirrored, turned } = changesOf(view.orientation);
  return [
    ...(mirrored ? [text.mirrored] : []),
    ...(turned === 0 ? [] : [text.turned(turned)]),
    ...(tone?.inverted ? [text.inverted] : []),
  ];
}
