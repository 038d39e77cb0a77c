import { useEffect, useRef, useState } from 'react';
import { drawHeat, type Painted, paintHeat } from './drawHeat';
import styles from './FilmView.module.css';
import type { Overlay } from './overlay';
import { drawForPaper } from './usePrinting';
import type { Matrix, Size } from './view';

/**
 * The heatmap ready to be drawn, whether or not there is room for it just then: what is not ready
 * when a film is printed is not on the sheet. `null` while there is none.
 *
 * @param heatmap PNG data URL, 8-bit grey; `null` while another one is awaited.
 * @param onUnpainted is told the heatmap that could not be drawn, and `null` once one was.
 */
export function usePainted(
  heatmap: string | null,
  { map, threshold, style }: Overlay,
  onUnpainted: (heatmap: string | null) => void,
): Painted | null {
  const [painted, setPainted] = useState<{ of: string; heat: Painted } | null>(null);
  useEffect(() => {
    if (heatmap === null) {
      return;
    }
    let wanted = true;
    const settle = (heat: Painted | null) => {
      if (wanted) {
        setPainted(heat && { of: heatmap, heat });
        onUnpainted(heat ? null : heatmap);
      }
    };
    paintHeat(heatmap, { map, threshold, style }).then(settle, () => settle(null));
    return () => {
      wanted = false;
    };
  }, [heatmap, map, threshold, style, onUnpainted]);
  // Heat that belongs to another target must not stand under the new one's name.
  return painted?.of === heatmap ? painted.heat : null;
}

interface HeatLayerProps {
  heat: Painted | null;
  overlay: Overlay;
  printing: boolean;
  film: Size;
  /** Of the canvas, in device pixels. */
  size: Size;
  /** From the film's pixels to device pixels. */
  matrix: Matrix;
}

/** The coloured heatmap, where the film lies. */
export function HeatLayer({ heat, overlay, printing, film, size, matrix }: HeatLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { opacity, hidden } = overlay;

  useEffect(() => {
    if (canvas.current && printing) {
      drawForPaper(canvas.current, (drawn) => drawHeat(drawn, heat, film, matrix));
    } else if (canvas.current) {
      drawHeat(canvas.current, heat, film, matrix);
    }
  }, [heat, film, matrix, printing]);

  return (
    <canvas
      key={printing ? 'paper' : 'screen'}
      ref={canvas}
      className={styles.layer}
      width={size.width}
      height={size.height}
      data-drawn={heat !== null}
      style={{ opacity: heat && !hidden ? opacity / 100 : 0 }}
    />
  );
}
