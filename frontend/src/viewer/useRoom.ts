import type { RefObject } from 'react';
import { ON_PAPER, usePrinting } from './usePrinting';
import { useSize } from './useSize';
import type { Size } from './view';

/** What a film has to be drawn in. */
export interface Room {
  /** In CSS pixels; `null` before it is known, or while there is none. */
  readonly size: Size | null;
  /** Whether it is on a sheet. */
  readonly printing: boolean;
}

/** The room within `frame`; on paper the sheet's, also of what is not on the screen just then. */
export function useRoom(frame: RefObject<HTMLElement | null>, beside: boolean): Room {
  const onScreen = useSize(frame);
  const printing = usePrinting();
  return { printing, size: printing ? ON_PAPER[beside ? 'beside' : 'alone'] : onScreen };
}
