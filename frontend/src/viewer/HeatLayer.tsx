import { useEffect, useRef, useState } from 'react';
import { drawHeat, type Painted, paintHeat } from './drawHeat';
import styles from './FilmView.module.css';
import type { Overlay } from './overlay';
import { drawForPaper } from './usePrinting';
import type { Matrix, Size } from './view';

interface HeatLayerProps {
  /** PNG data URL, 8-bit grey; `null` while another one is awaited. */
  heatmap: string | null;
  overlay: Overlay;
  printing: boolean;
  film: Size;
  /** Of the canvas, in device pixels. */
  size: Size;
  /** From the film's pixels to device pixels. */
  matrix: Matrix;
  /** Told the heatmap that could not be drawn, and `null` once one was. */
  onUnpainted: (heatmap: string | null) => void;
}

/** The coloured heatmap, where the film lies. */
export function HeatLayer(props: HeatLayerProps) {
  const { heatmap, overlay, printing, film, size, matrix, onUnpainted } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { map, threshold, opacity, hidden, style } = overlay;
  const [painted, setPainted] = useState<{ of: string; heat: Painted } | null>(null);
  // Heat that belongs to another target must not stand under the new one's name.
  const heat = painted?.of === heatmap ? painted.heat : null;

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
