import { useEffect, useRef, useState } from 'react';
import { drawHeat } from './drawHeat';
import styles from './Viewer.module.css';

interface HeatCanvasProps {
  /** PNG data URL, 8-bit grey. */
  heatmap: string;
  /** 0 to 1. */
  opacity: number;
}

/** The coloured heatmap, stretched over the radiograph beneath. */
export function HeatCanvas({ heatmap, opacity }: HeatCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState<string | null>(null);

  useEffect(() => {
    let current = true;
    if (canvas.current) {
      drawHeat(canvas.current, heatmap).then(
        () => current && setDrawn(heatmap),
        () => current && setDrawn(null),
      );
    }
    return () => {
      current = false;
    };
  }, [heatmap]);

  return (
    <canvas
      ref={canvas}
      className={styles.heat}
      // Heat that belongs to another target must not stand under the new one's name.
      data-drawn={drawn === heatmap}
      style={{ opacity: drawn === heatmap ? opacity : 0 }}
    />
  );
}
