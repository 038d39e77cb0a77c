import { useState } from 'react';
import { useText } from '../../../i18n/context';
import type { Prediction, Study } from '../types';
import { Frame } from './Frame';
import { HeatCanvas } from './HeatCanvas';
import styles from './Viewer.module.css';

const SHOWN_BY_BROWSERS: readonly Prediction['input']['format'][] = ['png', 'jpeg'];
/** How far two aspect ratios may differ before layers count as misaligned. */
const RATIO_TOLERANCE = 0.02;

/** Whether the browser shows the file as the service saw it: same shape, orientation applied. */
function agrees(image: HTMLImageElement, { width, height }: Prediction['input']): boolean {
  const ratio = image.naturalWidth / image.naturalHeight;
  return Math.abs(ratio / (width / height) - 1) < RATIO_TOLERANCE;
}

export function canShow(prediction: Prediction): boolean {
  return SHOWN_BY_BROWSERS.includes(prediction.input.format);
}

interface PictureProps {
  study: Study;
  /** Where the browser finds the study's file. */
  url: string | null;
  prediction: Prediction;
  /** Of the heatmap's layer, 0 to 1. */
  opacity: number;
  /** Whether the layer beneath is the service's overlay instead of the user's file. */
  overlaid: boolean;
  /** Called when the user's file turns out not to be fit for the layer beneath. */
  onUnfit: () => void;
}

/** The radiograph with its heatmap on top. */
export function Picture({ study, url, prediction, opacity, overlaid, onUnfit }: PictureProps) {
  const text = useText('viewer');
  const { input, explanation } = prediction;
  return (
    <Frame width={input.width} height={input.height}>
      {overlaid
        ? explanation && (
            <img
              className={styles.layer}
              src={explanation.overlay}
              alt={text.overlayImage(study.name)}
            />
          )
        : url && (
            <img
              className={styles.layer}
              src={url}
              alt={text.image(study.name)}
              draggable={false}
              onError={onUnfit}
              onLoad={(event) => {
                if (!agrees(event.currentTarget, input)) {
                  onUnfit();
                }
              }}
            />
          )}
      {explanation && <HeatCanvas heatmap={explanation.heatmap} opacity={opacity} />}
    </Frame>
  );
}

/** The file alone while it is being graded; nothing when the browser cannot show it. */
export function Preview({ url }: { url: string | null }) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  if (url === null) {
    return null;
  }
  const image = (
    <img
      className={styles.layer}
      src={url}
      alt=""
      hidden={size === null}
      draggable={false}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        setSize({ width: naturalWidth, height: naturalHeight })
      }
    />
  );
  return (
    <Frame width={size?.width ?? 1} height={size?.height ?? 1}>
      {image}
    </Frame>
  );
}
