import { useEffect, useRef } from 'react';
import { useText } from '../i18n/context';
import type { ColourMap } from '../lib/colourmap';
import type { Layer } from '../lib/prediction';
import { drawLegend } from './drawHeat';
import styles from './Legend.module.css';

interface LegendProps {
  map: ColourMap;
  /** Whole per cent. */
  threshold: number;
  layer: Layer;
}

/** The heatmap's colour scale. */
export function Legend({ map, threshold, layer }: LegendProps) {
  const text = useText('viewer');
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) {
      drawLegend(canvas.current, map, threshold / 100);
    }
  }, [map, threshold]);
  return (
    <div className={styles.legend}>
      <p className={styles.label}>{text.scales[layer]}</p>
      <canvas
        ref={canvas}
        className={styles.bar}
        role="img"
        aria-label={text.scaleDescription(map)}
      />
      <p className={styles.ends} aria-hidden="true">
        <span>{text.ends[layer][0]}</span>
        <span>{text.ends[layer][1]}</span>
      </p>
    </div>
  );
}
