import type { KeyboardEvent } from 'react';
import type { Shortcut } from '../lib/shortcuts';
import { PRESETS } from './decode/film';
import type { ToneControl } from './useTone';
import {
  FITTED,
  mirrored,
  PAN_STEP,
  panned,
  type Size,
  scaled,
  turned,
  type View,
  ZOOM_STEP,
} from './view';

interface Actions {
  readonly film: Size;
  readonly viewport: Size;
  readonly view: View;
  readonly tone: ToneControl;
  onView: (view: View) => void;
  onFullScreen: () => void;
  onZones: () => void;
  onReset: () => void;
}

/** For the sheet of shortcuts; the viewport hears them itself while it has the focus. */
export const VIEWPORT_KEYS: readonly Shortcut[] = [
  { action: 'moveFilm', keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] },
  { action: 'windowFilm', keys: ['Shift+ArrowLeft', 'Shift+ArrowUp'] },
  { action: 'zoomFilm', keys: ['+', '-'] },
  { action: 'fitFilm', keys: ['0'] },
  { action: 'presetFilm', keys: PRESETS.map((_, index) => String(index + 1)) },
  { action: 'rotateFilm', keys: ['r'] },
  { action: 'mirrorFilm', keys: ['h'] },
  { action: 'invertFilm', keys: ['i'] },
  { action: 'zonesFilm', keys: ['z'] },
  { action: 'fullScreenFilm', keys: ['f'] },
  { action: 'resetFilm', keys: ['Backspace'] },
];

/** Pixels of a drag that one arrow key stands for. */
const WINDOW_STEP = 20;
const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** What a key does in the viewport; `true` when it did something. */
export function pressed(event: KeyboardEvent, actions: Actions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  const { film, viewport, view, tone, onView } = actions;
  const arrow = ARROWS[event.key];
  if (arrow) {
    const [x, y] = arrow;
    if (event.shiftKey) {
      tone.drag(0, 0, 'start');
      tone.drag(-x * WINDOW_STEP, -y * WINDOW_STEP, 'move');
    } else {
      const by = { x: x * PAN_STEP * viewport.width, y: y * PAN_STEP * viewport.height };
      onView(panned(view, by, film, viewport));
    }
    return true;
  }
  const preset = PRESETS[Number(event.key) - 1];
  if (preset) {
    tone.choose(preset);
    return true;
  }
  const action = {
    '+': () => onView(scaled(view, ZOOM_STEP)),
    '=': () => onView(scaled(view, ZOOM_STEP)),
    '-': () => onView(scaled(view, 1 / ZOOM_STEP)),
    '0': () => onView({ ...FITTED, orientation: view.orientation }),
    r: () => onView(turned(view)),
    h: () => onView(mirrored(view)),
    i: tone.invert,
    f: actions.onFullScreen,
    z: actions.onZones,
    Backspace: actions.onReset,
  }[event.key];
  action?.();
  return action !== undefined;
}
