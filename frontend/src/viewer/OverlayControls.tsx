import type { ReactNode } from 'react';
import { Disclosure } from '../components/Disclosure';
import { SegmentedControl } from '../components/SegmentedControl';
import { Slider } from '../components/Slider';
import { useText } from '../i18n/context';
import { COLOUR_MAPS, type ColourMap } from '../lib/colourmap';
import { type Explanation, TARGETS, type Target } from '../lib/prediction';
import { Heard } from './Heard';
import { Legend } from './Legend';
import styles from './OverlayControls.module.css';
import { LAYERS, type Overlay, STYLES } from './overlay';
import { layerOf, overlaidLayer } from './shownMap';

interface OverlayControlsProps {
  overlay: Overlay;
  target: Target;
  /** What is shown, where one film is; several are asked the same. */
  explanation?: Explanation | null;
  /** That of a film that is shown too, by which the choices go while this one has none. */
  beside?: Explanation | null;
  /** Whether another map was asked for and has not arrived: until then none is drawn. */
  awaited?: boolean;
  /** Whether the map is painted into the picture already, as the service draws it. */
  painted?: boolean;
  /** Which film `explanation` is of, where films take turns. */
  film?: number;
  onOverlay: (overlay: Overlay) => void;
  onTarget: (target: Target) => void;
}

/** Which map lies over the film, and how; one that was chosen is told to screen readers once it is there. */
export function OverlayControls(props: OverlayControlsProps) {
  const { overlay, target, explanation = null, painted = false, onTarget } = props;
  return (
    <>
      {!painted && <Controls {...props} />}
      {painted && explanation && (
        <Painted explanation={explanation} target={target} onTarget={onTarget} />
      )}
      <Heard
        film={props.film}
        explanation={explanation}
        awaited={props.awaited ?? false}
        overlay={overlay}
        painted={painted}
      />
    </>
  );
}

function Controls(props: OverlayControlsProps) {
  const { overlay, target, onOverlay, onTarget } = props;
  const text = useText('viewer');
  const explanation = props.explanation ?? props.beside;
  const both = explanation?.opacity != null;
  const layer = both ? layerOf(explanation, overlay.layer) : 'grad-cam';
  const { map, threshold, opacity } = overlay;
  const laid = overlay.hidden ? 0 : opacity;
  return (
    <Panel
      title={text.layer}
      legend={<Legend map={map} threshold={threshold} opacity={laid} layer={layer} />}
    >
      {both && (
        <SegmentedControl
          label={text.layer}
          options={LAYERS.map((value) => ({ value, label: text.layers[value] }))}
          value={layer}
          onChange={(chosen) => onOverlay({ ...overlay, layer: chosen })}
        />
      )}
      {both && <p className={styles.about}>{text.aboutLayer[layer]}</p>}
      {layer === 'grad-cam' && <Targets target={target} onTarget={onTarget} />}
      <SegmentedControl
        label={text.style}
        options={STYLES.map((value) => ({ value, label: text.styles[value] }))}
        value={overlay.style}
        onChange={(style) => onOverlay({ ...overlay, style })}
      />
      <Slider
        label={text.strength}
        value={opacity}
        onChange={(value) => onOverlay({ ...overlay, opacity: value })}
      />
      <Slider
        label={text.threshold}
        value={threshold}
        onChange={(value) => onOverlay({ ...overlay, threshold: value })}
      />
      <label className={styles.map}>
        <span className={styles.mapLabel}>{text.colours}</span>
        <select
          className={styles.select}
          value={map}
          onChange={(event) =>
            onOverlay({ ...overlay, map: event.currentTarget.value as ColourMap })
          }
        >
          {COLOUR_MAPS.map((value) => (
            <option key={value} value={value}>
              {text.colourMaps[value]}
            </option>
          ))}
        </select>
      </label>
    </Panel>
  );
}

/** Of a picture as the service draws it, where another grade is another picture only of a Grad-CAM. */
function Painted(props: { explanation: Explanation } & TargetsProps) {
  const text = useText('viewer');
  const layer = overlaidLayer(props.explanation);
  return layer === 'grad-cam' ? (
    <Panel title={text.target} legend={null}>
      <Targets target={props.target} onTarget={props.onTarget} />
    </Panel>
  ) : (
    <Panel
      title={text.layers[layer]}
      legend={<Legend map="inferno" threshold={0} opacity={100} layer={layer} />}
      wide
    >
      <p className={styles.about}>{text.aboutLayer[layer]}</p>
    </Panel>
  );
}

interface PanelProps {
  title: string;
  legend: ReactNode;
  /** For a longer title beside the legend. */
  wide?: boolean;
  children: ReactNode;
}

function Panel({ title, legend, wide = false, children }: PanelProps) {
  return (
    // On paper its line alone, which holds the scale, where there is one.
    <details className={styles.panel} data-wide={wide} data-print={legend ? undefined : 'off'}>
      <Disclosure className={styles.summary}>
        <span>{title}</span>
        {legend}
      </Disclosure>
      <div className={styles.controls} data-print="off">
        {children}
      </div>
    </details>
  );
}

type TargetsProps = Pick<OverlayControlsProps, 'target' | 'onTarget'>;

function Targets({ target, onTarget }: TargetsProps) {
  const text = useText('viewer');
  const { targets } = useText('shared');
  return (
    <SegmentedControl
      label={text.target}
      options={TARGETS.map((value) => ({ value, label: targets[value] }))}
      value={target}
      onChange={onTarget}
    />
  );
}
