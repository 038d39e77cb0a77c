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
  /** Whole per cent, as the map is laid over the film; at 0 there is none. */
  opacity: number;
  layer: Layer;
}

/** The heatmap's colour scale, in the colours that the film shows; without a map, that it is hidden. */
export function Legend({ map, threshold, opacity, layer }: LegendProps) {
  const text = useText('viewer');
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) {
      drawLegend(canvas.current, map, threshold / 100, opacity / 100);
    }
  }, [map, threshold, opacity]);
  return (
    <div className={styles.legend} data-hidden={opacity === 0}>
      <p className={styles.label}>{opacity === 0 ? text.mapHidden : text.scales[layer]}</p>
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
