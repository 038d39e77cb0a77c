import type { ReactNode } from 'react';
import { Button } from '../components/Button';
import { useText } from '../i18n/context';
import { type Film, PRESETS, type Preset } from './decode/film';
import styles from './Toolbar.module.css';
import {
  FitIcon,
  FullScreenIcon,
  InvertIcon,
  LengthIcon,
  LensIcon,
  MirrorIcon,
  PanIcon,
  RatioIcon,
  ResetIcon,
  RotateIcon,
  SaveImageIcon,
  WindowIcon,
  ZonesIcon,
  ZoomInIcon,
  ZoomOutIcon,
} from './toolIcons';
import type { Tool as DragTool } from './useGestures';
import type { ToneControl } from './useTone';
import { changesOf, FITTED, mirrored, scaled, turned, type View, ZOOM_STEP } from './view';

interface ToolbarProps {
  film: Film;
  view: View;
  tone: ToneControl;
  tool: DragTool;
  lens: boolean;
  /** Whether the zones are shown; `null` when there are none to show. */
  zones: boolean | null;
  onTool: (tool: DragTool) => void;
  onLens: () => void;
  onView: (view: View) => void;
  onZones: () => void;
  onFullScreen: () => void;
  onSave: () => void;
  onReset: () => void;
}

/** Everything that can be done with the picture itself. */
export function Toolbar(props: ToolbarProps) {
  const { view, tone, tool, zones, onTool, onView } = props;
  const text = useText('viewer');
  const changes = changesOf(view.orientation);
  const zoom = (factor: number) => onView(scaled(view, factor));
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={text.tools.label} data-print="off">
      <Tool label={text.tools.window} pressed={tool === 'window'} onClick={() => onTool('window')}>
        <WindowIcon />
      </Tool>
      <Tool label={text.tools.pan} pressed={tool === 'pan'} onClick={() => onTool('pan')}>
        <PanIcon />
      </Tool>
      {/* A finger alone is the page's, and covers what a glass would show. */}
      <span className={styles.mouse}>
        <Tool
          label={text.tools.length}
          pressed={tool === 'length'}
          onClick={() => onTool('length')}
        >
          <LengthIcon />
        </Tool>
        <Tool label={text.tools.ratio} pressed={tool === 'ratio'} onClick={() => onTool('ratio')}>
          <RatioIcon />
        </Tool>
        <Tool label={text.tools.lens} keyName="G" pressed={props.lens} onClick={props.onLens}>
          <LensIcon />
        </Tool>
      </span>
      <Presets tone={tone} film={props.film} />
      <Tool
        label={text.tools.invert}
        keyName="I"
        pressed={tone.tone.inverted}
        onClick={tone.invert}
      >
        <InvertIcon />
      </Tool>
      <span className={styles.gap} />
      <Tool label={text.tools.zoomOut} keyName="−" onClick={() => zoom(1 / ZOOM_STEP)}>
        <ZoomOutIcon />
      </Tool>
      <Tool label={text.tools.zoomIn} keyName="+" onClick={() => zoom(ZOOM_STEP)}>
        <ZoomInIcon />
      </Tool>
      <Tool
        label={text.tools.fit}
        keyName="0"
        onClick={() => onView({ ...FITTED, orientation: view.orientation })}
      >
        <FitIcon />
      </Tool>
      <Tool label={text.tools.rotate} keyName="R" onClick={() => onView(turned(view))}>
        <RotateIcon />
      </Tool>
      <Tool
        label={text.tools.mirror}
        keyName="H"
        pressed={changes.mirrored}
        onClick={() => onView(mirrored(view))}
      >
        <MirrorIcon />
      </Tool>
      <span className={styles.gap} />
      {zones !== null && (
        <Tool label={text.tools.zones} keyName="Z" pressed={zones} onClick={props.onZones}>
          <ZonesIcon />
        </Tool>
      )}
      <Tool label={text.tools.reset} keyName="⌫" onClick={props.onReset}>
        <ResetIcon />
      </Tool>
      <Tool label={text.tools.save} keyName="S" onClick={props.onSave}>
        <SaveImageIcon />
      </Tool>
      {document.fullscreenEnabled && (
        <Tool label={text.tools.fullScreen} keyName="F" onClick={props.onFullScreen}>
          <FullScreenIcon />
        </Tool>
      )}
    </div>
  );
}

interface ToolProps {
  label: string;
  /** The key that does the same. */
  keyName?: string;
  /** Absent for what does something once. */
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, keyName, pressed, onClick, children }: ToolProps) {
  return (
    <Button
      look="icon"
      className={styles.tool}
      aria-label={label}
      title={keyName ? `${label} (${keyName})` : label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}

function Presets({ tone, film }: { tone: ToneControl; film: Film }) {
  const text = useText('viewer');
  return (
    <label className={styles.presets}>
      <select
        className={styles.select}
        aria-label={text.preset}
        value={tone.preset ?? ''}
        onChange={(event) => tone.choose(event.currentTarget.value as Preset)}
      >
        {tone.preset === null && <option value="">{text.presets.own}</option>}
        {PRESETS.filter(
          // By a key, or by a film beside it, it may be chosen all the same.
          (preset) => preset !== 'full' || !film.table || tone.preset === 'full',
        ).map((preset) => (
          <option key={preset} value={preset}>
            {text.presets[preset]}
          </option>
        ))}
      </select>
    </label>
  );
}
