import { useRef, useState } from 'react';
import type { Film, Preset } from './decode/film';
import { dragged, type Tone } from './windowing';

export interface ToneControl {
  readonly tone: Tone;
  /** `null` once the window was changed by hand. */
  readonly preset: Preset | null;
  choose: (preset: Preset) => void;
  invert: () => void;
  drag: (right: number, down: number, phase: 'start' | 'move') => void;
  reset: () => void;
}

interface Chosen {
  readonly preset: Preset | null;
  readonly tone: Tone;
}

function opening(film: Film): Chosen {
  return of(film, film.opening, false);
}

function of(film: Film, preset: Preset, inverted: boolean): Chosen {
  const tone = { window: film.presets[preset], asStored: preset === 'stored', inverted };
  return { preset, tone };
}

/** Window, level and polarity of one film. */
export function useTone(film: Film): ToneControl {
  const [{ preset, tone }, set] = useState(() => opening(film));
  const origin = useRef(tone.window);
  const span = film.presets.full.high - film.presets.full.low;
  // Down is brighter, also where low values are white.
  const sign = film.inverted === tone.inverted ? 1 : -1;
  return {
    tone,
    preset,
    choose: (next) => set(of(film, next, tone.inverted)),
    invert: () => set({ preset, tone: { ...tone, inverted: !tone.inverted } }),
    drag: (right, down, phase) => {
      if (phase === 'start') {
        origin.current = tone.window;
      } else {
        const window = dragged(origin.current, right, sign * down, span);
        set({ preset: null, tone: { ...tone, window, asStored: false } });
      }
    },
    reset: () => set(opening(film)),
  };
}
