import { useRef } from 'react';
import type { Film, Preset, Window } from './decode/film';
import { dragged, type Tone } from './windowing';

/** What was chosen for a film, or for several: in no film's own values. */
export interface ChosenTone {
  /**
   * `null` once the window was changed by hand, and then `own` is it. As it opens, each film has
   * another one: what is done to two alike chooses none for them.
   */
  readonly preset: Preset | 'opening' | null;
  /** In widths of the film's automatic window: 0 its dark end, 1 its bright one. */
  readonly own: Window;
  readonly inverted: boolean;
}

export interface ToneControl {
  readonly tone: Tone;
  readonly preset: Preset | null;
  choose: (preset: Preset) => void;
  invert: () => void;
  drag: (right: number, down: number, phase: 'start' | 'move') => void;
  reset: () => void;
}

const width = ({ low, high }: Window) => high - low;

/** A film's window, level and polarity under what was chosen; `null`: as the film opens. */
export function toneOf(film: Film, chosen: ChosenTone | null): Tone {
  const { own, inverted } = chosen ?? OPENING;
  const preset = presetOf(film, chosen);
  const window = preset === null ? inValues(own, film) : film.presets[preset];
  return { window, asStored: preset === 'stored', inverted };
}

/** From and to widths of the automatic window, counted from its dark end, which may be the high one. */
function inValues({ low, high }: Window, { presets: { auto }, inverted }: Film): Window {
  const at = (share: number) =>
    inverted ? auto.high - share * width(auto) : auto.low + share * width(auto);
  return inverted ? { low: at(high), high: at(low) } : { low: at(low), high: at(high) };
}

function inWidths({ low, high }: Window, { presets: { auto }, inverted }: Film): Window {
  const share = (value: number) => (inverted ? auto.high - value : value - auto.low) / width(auto);
  return inverted ? { low: share(high), high: share(low) } : { low: share(low), high: share(high) };
}

const OPENING: ChosenTone = { preset: 'opening', own: { low: 0, high: 1 }, inverted: false };

function presetOf(film: Film, chosen: ChosenTone | null): Preset | null {
  const { preset } = chosen ?? OPENING;
  return preset === 'opening' ? film.opening : preset;
}

/** Hands on the tone of one film. */
export function useTone(
  film: Film,
  chosen: ChosenTone | null,
  onTone: (chosen: ChosenTone | null) => void,
): ToneControl {
  const tone = toneOf(film, chosen);
  const origin = useRef(tone.window);
  const { full } = film.presets;
  const now = chosen ?? OPENING;
  // Down is brighter, also where low values are white.
  const sign = film.inverted === tone.inverted ? 1 : -1;
  return {
    tone,
    preset: presetOf(film, chosen),
    choose: (preset) => onTone({ ...now, preset }),
    invert: () => onTone({ ...now, inverted: !now.inverted }),
    drag: (right, down, phase) => {
      if (phase === 'start') {
        origin.current = tone.window;
        return;
      }
      const window = dragged(origin.current, right, sign * down, width(full));
      onTone({ ...now, preset: null, own: inWidths(window, film) });
    },
    reset: () => onTone(null),
  };
}
