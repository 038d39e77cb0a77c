import type { RefObject } from 'react';
import type { Shortcut } from '../lib/shortcuts';
import { PRESETS } from './decode/film';
import type { ToneControl } from './useTone';
import { FITTED, mirrored, nudged, scaled, turned, type View, ZOOM_STEP } from './view';

/** Whether what holds the film is seen: a list that has its room takes its place. */
export const isSeen = ({ current }: RefObject<HTMLElement | null>): boolean =>
  current?.checkVisibility?.() ?? true;

interface Actions {
  readonly view: View;
  readonly tone: ToneControl;
  onView: (view: View) => void;
  onFullScreen: () => void;
  /** Absent where there are none to show. */
  onZones?: (() => void) | undefined;
  onSave: () => void;
  onReset: () => void;
  onLens: () => void;
  /** Absent where no map is shown. */
  onHideMap?: (() => void) | undefined;
}

/** Pixels of a drag that one arrow key stands for. */
const WINDOW_STEP = 20;
const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const arrows = (prefix: string) => Object.keys(ARROWS).map((key) => prefix + key);

/** The keys of the film, heard wherever on the page the focus is, but in fields. */
export function filmKeys(actions: Actions): readonly Shortcut[] {
  const { view, tone, onView, onZones, onHideMap } = actions;
  const arrow = ({ key }: KeyboardEvent) => ARROWS[key] ?? [0, 0];
  return [
    {
      action: 'moveFilm',
      keys: arrows(''),
      held: true,
      run: (event) => onView(nudged(view, ...arrow(event))),
    },
    {
      action: 'windowFilm',
      keys: arrows('Shift+'),
      held: true,
      run: (event) => {
        const [right, down] = arrow(event);
        tone.drag(0, 0, 'start');
        tone.drag(-right * WINDOW_STEP, -down * WINDOW_STEP, 'move');
      },
    },
    {
      action: 'zoomFilm',
      keys: ['+', '=', '-'],
      held: true,
      run: ({ key }) => onView(scaled(view, key === '-' ? 1 / ZOOM_STEP : ZOOM_STEP)),
    },
    {
      action: 'fitFilm',
      keys: ['0'],
      run: () => onView({ ...FITTED, orientation: view.orientation }),
    },
    {
      action: 'presetFilm',
      keys: PRESETS.map((_, index) => String(index + 1)),
      run: ({ key }) => {
        const preset = PRESETS[Number(key) - 1];
        if (preset) {
          tone.choose(preset);
        }
      },
    },
    { action: 'rotateFilm', keys: ['r'], run: () => onView(turned(view)) },
    { action: 'mirrorFilm', keys: ['h'], run: () => onView(mirrored(view)) },
    { action: 'invertFilm', keys: ['i'], run: tone.invert },
    ...(onZones ? [{ action: 'zonesFilm', keys: ['z'], run: onZones } as const] : []),
    ...(onHideMap ? [{ action: 'hideMap', keys: [' '], run: onHideMap } as const] : []),
    { action: 'lensFilm', keys: ['g'], run: actions.onLens },
    { action: 'fullScreenFilm', keys: ['f'], run: actions.onFullScreen },
    { action: 'saveFilm', keys: ['s'], run: actions.onSave },
    { action: 'resetFilm', keys: ['Backspace'], run: actions.onReset },
  ];
}
