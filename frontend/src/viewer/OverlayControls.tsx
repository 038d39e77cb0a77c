import { Disclosure } from '../components/Disclosure';
import { SegmentedControl } from '../components/SegmentedControl';
import { Slider } from '../components/Slider';
import { useText } from '../i18n/context';
import { COLOUR_MAPS, type ColourMap } from '../lib/colourmap';
import { type Explanation, TARGETS, type Target } from '../lib/prediction';
import { Legend } from './Legend';
import styles from './OverlayControls.module.css';
import { LAYERS, type Overlay, STYLES } from './overlay';
import { layerOf } from './shownMap';

interface OverlayControlsProps {
  overlay: Overlay;
  target: Target;
  /** What is shown, where one film is; several are asked the same. */
  explanation?: Explanation | null;
  /** Whether the heat is painted into the picture already, and only its target can be chosen. */
  painted?: boolean;
  onOverlay: (overlay: Overlay) => void;
  onTarget: (target: Target) => void;
}

/** Which heatmap lies over the film, and how. */
export function OverlayControls(props: OverlayControlsProps) {
  const { overlay, target, explanation = null, painted = false, onOverlay, onTarget } = props;
  const text = useText('viewer');
  const { targets } = useText('shared');
  const both = !painted && explanation?.opacity != null;
  const layer = both ? layerOf(explanation, overlay.layer) : 'grad-cam';
  return (
    // On paper its line alone, which holds the scale; heat that came painted has none.
    <details className={styles.panel} data-print={painted ? 'off' : undefined}>
      <Disclosure className={styles.summary}>
        <span>{painted ? text.target : text.layer}</span>
        {!painted && <Legend map={overlay.map} threshold={overlay.threshold} layer={layer} />}
      </Disclosure>
      <div className={styles.controls} data-print="off">
        {both && (
          <SegmentedControl
            label={text.layer}
            options={LAYERS.map((value) => ({ value, label: text.layers[value] }))}
            value={layer}
            onChange={(chosen) => onOverlay({ ...overlay, layer: chosen })}
          />
        )}
        {both && <p className={styles.about}>{text.aboutLayer[layer]}</p>}
        {layer === 'grad-cam' && (
          <SegmentedControl
            label={text.target}
            options={TARGETS.map((value) => ({ value, label: targets[value] }))}
            value={target}
            onChange={onTarget}
          />
        )}
        {!painted && (
          <>
            <SegmentedControl
              label={text.style}
              options={STYLES.map((value) => ({ value, label: text.styles[value] }))}
              value={overlay.style}
              onChange={(style) => onOverlay({ ...overlay, style })}
            />
            <Slider
              label={text.opacity}
              value={overlay.opacity}
              onChange={(opacity) => onOverlay({ ...overlay, opacity })}
            />
            <Slider
              label={text.threshold}
              value={overlay.threshold}
              onChange={(threshold) => onOverlay({ ...overlay, threshold })}
            />

            <label className={styles.map}>
              <span className={styles.mapLabel}>{text.colours}</span>
              <select
                className={styles.select}
                value={overlay.map}
                onChange={(event) =>
                  onOverlay({ ...overlay, map: event.currentTarget.value as ColourMap })
                }
              >
                {COLOUR_MAPS.map((map) => (
                  <option key={map} value={map}>
                    {text.colourMaps[map]}
                  </option>
                ))}
              </select>
            </label>
          </>
        )}
      </div>
    </details>
  );
}
