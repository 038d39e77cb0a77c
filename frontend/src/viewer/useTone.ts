import { useRef } from 'react';
import type { Film, Preset, Window } from './decode/film';
import { dragged, type Tone } from './windowing';

/** What was chosen for a film, or for several: in no film's own values. */
export interface ChosenTone {
  /** `null` once the window was changed by hand, and then `own` is it. */
  readonly preset: Preset | null;
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
  const { preset, own, inverted } = chosen ?? opening(film);
  const { auto } = film.presets;
  const window =
    preset === null
      ? { low: auto.low + own.low * width(auto), high: auto.low + own.high * width(auto) }
      : film.presets[preset];
  return { window, asStored: preset === 'stored', inverted };
}

function opening(film: Film): ChosenTone {
  return { preset: film.opening, own: { low: 0, high: 1 }, inverted: false };
}

/** Hands on the tone of one film. */
export function useTone(
  film: Film,
  chosen: ChosenTone | null,
  onTone: (chosen: ChosenTone | null) => void,
): ToneControl {
  const tone = toneOf(film, chosen);
  const origin = useRef(tone.window);
  const { auto, full } = film.presets;
  const now = chosen ?? opening(film);
  // Down is brighter, also where low values are white.
  const sign = film.inverted === tone.inverted ? 1 : -1;
  return {
    tone,
    preset: now.preset,
    choose: (preset) => onTone({ ...now, preset }),
    invert: () => onTone({ ...now, inverted: !now.inverted }),
    drag: (right, down, phase) => {
      if (phase === 'start') {
        origin.current = tone.window;
        return;
      }
      const { low, high } = dragged(origin.current, right, sign * down, width(full));
      const inWidths = (value: number) => (value - auto.low) / width(auto);
      onTone({ ...now, preset: null, own: { low: inWidths(low), high: inWidths(high) } });
    },
    reset: () => onTone(null),
  };
}
