import { useEffect, useRef } from 'react';
import { text } from '../messages';
import { drawLegend } from './drawHeat';
import styles from './Legend.module.css';

/** The heatmap's colour scale. */
export function Legend() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) {
      drawLegend(canvas.current);
    }
  }, []);
  return (
    <div className={styles.legend}>
      <p className={styles.label}>{text.viewer.scale}</p>
      <canvas
        ref={canvas}
        className={styles.bar}
        role="img"
        aria-label={text.viewer.scaleDescription}
      />
      <p className={styles.ends} aria-hidden="true">
        <span>{text.viewer.low}</span>
        <span>{text.viewer.high}</span>
      </p>
    </div>
  );
}
