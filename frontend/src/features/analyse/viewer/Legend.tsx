import { useEffect, useRef } from 'react';
import { useText } from '../../../i18n/context';
import { drawLegend } from './drawHeat';
import styles from './Legend.module.css';

/** The heatmap's colour scale. */
export function Legend() {
  const text = useText('viewer');
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) {
      drawLegend(canvas.current);
    }
  }, []);
  return (
    <div className={styles.legend}>
      <p className={styles.label}>{text.scale}</p>
      <canvas ref={canvas} className={styles.bar} role="img" aria-label={text.scaleDescription} />
      <p className={styles.ends} aria-hidden="true">
        <span>{text.low}</span>
        <span>{text.high}</span>
      </p>
    </div>
  );
}
