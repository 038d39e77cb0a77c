import { useEffect, useId, useMemo, useRef } from 'react';
import { useText } from '../i18n/context';
import type { Brixia, Explanation } from '../lib/prediction';
import { heardOnFocus, useShortcutsOn } from '../lib/shortcuts';
import type { Film } from './decode/film';
import { drawFilm } from './drawFilm';
import styles from './FilmView.module.css';
import { HeatLayer, usePainted } from './HeatLayer';
import { Lens } from './Lens';
import { Measures } from './Measures';
import type { Measured } from './measure';
import type { Overlay } from './overlay';
import { Readout } from './Readout';
import { mapOf } from './shownMap';
import { type Tool, useGestures } from './useGestures';
import { usePixelRatio } from './usePixelRatio';
import { drawForPaper, PAPER_RATIO } from './usePrinting';
import type { Room } from './useRoom';
import { matrixOf, type Size, scaledMatrix, sidesOf, type View } from './view';
import { greyPixels, type Tone } from './windowing';
import { Zones } from './Zones';

const HEARD = heardOnFocus('moveFilm', 'windowFilm', 'zoomFilm', 'hideMap');

interface FilmViewProps {
  name: string;
  film: Film;
  view: View;
  tone: Tone;
  tool: Tool;
  overlay: Overlay;
  /** `null` while there is none, or another one is awaited. */
  explanation: Explanation | null;
  brixia: Brixia | null;
  busy: boolean;
  /** Whether it is known on which side the patient's right lies. */
  sided: boolean;
  lens: boolean;
  measured: Measured;
  room: Room;
  onMeasured: (measured: Measured) => void;
  /** Told the map that could not be drawn, and `null` once one was. */
  onUnpainted: (heatmap: string | null) => void;
  onView: (view: View) => void;
  onWindow: (right: number, down: number, phase: 'start' | 'move') => void;
}

/** One radiograph in its viewport: pixels, heat, zones, sides. Everything follows the view. */
export function FilmView(props: FilmViewProps) {
  const { name, film, view, tone, tool, overlay, explanation, brixia, busy } = props;
  const { size, printing } = props.room;
  const text = useText('viewer');
  const viewport = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const help = useId();
  const letters = useShortcutsOn();
  const ratio = usePixelRatio();
  const [full] = film.levels;
  const { onView, onWindow } = props;
  const heat = usePainted(mapOf(explanation, overlay.layer), overlay, props.onUnpainted);
  useGestures(viewport, { film: full, viewport: size, view, tool, onView, onWindow });

  const pixels = useMemo(() => greyPixels(film, tone), [film, tone]);
  const placed = useMemo(
    () => (size ? place(view, full, size, printing ? PAPER_RATIO : ratio) : null),
    [view, full, size, printing, ratio],
  );
  useEffect(() => {
    if (!placed) {
      return;
    }
    if (printing && canvas.current) {
      drawForPaper(canvas.current, (drawn) => drawFilm(drawn, film, pixels, placed.device));
      return;
    }
    const frame = requestAnimationFrame(() => {
      if (canvas.current) {
        drawFilm(canvas.current, film, pixels, placed.device);
        canvas.current.dataset.shown = 'true';
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [film, pixels, placed, printing]);

  return (
    <>
      <div
        ref={viewport}
        className={styles.viewport}
        role="application"
        aria-label={text.viewport(name)}
        aria-describedby={help}
        aria-busy={busy}
        data-tool={tool}
        {...HEARD}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the viewport takes keys, as a map does
        tabIndex={0}
      >
        <p id={help} hidden>
          {letters ? text.keys : text.keysOnFocus}
        </p>
        {size && placed && (
          <>
            <canvas
              key={printing ? 'paper' : 'screen'}
              ref={canvas}
              className={styles.layer}
              role="img"
              aria-label={text.image(name)}
              width={placed.size.width}
              height={placed.size.height}
            />
            {explanation !== null || busy ? (
              <HeatLayer
                printing={printing}
                heat={heat}
                overlay={overlay}
                film={full}
                size={placed.size}
                matrix={placed.device}
              />
            ) : null}
            {overlay.zones && brixia && (
              <Zones
                score={brixia}
                outlines={explanation?.zone_outlines ?? null}
                film={full}
                size={size}
                matrix={placed.screen}
              />
            )}
            <Measures
              // With another tool, a line that was begun is given up.
              key={tool}
              measured={props.measured}
              ruler={tool === 'length' || tool === 'ratio' ? tool : null}
              spacing={film.spacing}
              size={size}
              matrix={placed.screen}
              onMeasured={props.onMeasured}
            />
            {props.lens && (
              <Lens
                film={film}
                pixels={pixels}
                viewport={viewport}
                matrix={placed.screen}
                ratio={ratio}
              />
            )}
          </>
        )}
      </div>
      {/* Beside it: what lies above and beneath leaves a room to them. */}
      {placed && (
        <div className={styles.room}>
          {Object.entries(props.sided ? sidesOf(view.orientation) : {}).map(([letter, side]) => (
            <span key={letter} className={styles.side} data-side={side} aria-hidden="true">
              {letter}
            </span>
          ))}
          <Readout film={film} viewport={viewport} matrix={placed.screen} />
        </div>
      )}
    </>
  );
}

/** Where the film lies; `ratio` are device pixels for one of CSS. */
function place(view: View, film: Size, viewport: Size, ratio: number) {
  const screen = matrixOf(view, film, viewport);
  return {
    screen,
    device: scaledMatrix(screen, ratio),
    size: {
      width: Math.round(viewport.width * ratio),
      height: Math.round(viewport.height * ratio),
    },
  };
}
