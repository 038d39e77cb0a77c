import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useText } from '../../../i18n/context';
import styles from './Compare.module.css';

/** Per cent of the width that one arrow key moves the curtain by. */
const STEP = 2;
/** Kept within sight and within reach. */
const LIMITS = [2, 98] as const;

interface CurtainProps {
  /** Per cent of the width, from the left, that the older film has. */
  at: number;
  onMove: (at: number) => void;
}

/** The edge between two films that lie over one another: drawn by mouse, finger or arrow keys. */
export function Curtain({ at, onMove }: CurtainProps) {
  const text = useText('viewer').compare;
  const handle = useRef<HTMLDivElement>(null);
  const move = (to: number) => onMove(Math.min(LIMITS[1], Math.max(LIMITS[0], to)));
  const drag = (event: PointerEvent) => {
    const room = handle.current?.parentElement?.getBoundingClientRect();
    if (room && handle.current?.hasPointerCapture(event.pointerId)) {
      move((100 * (event.clientX - room.left)) / room.width);
    }
  };
  const press = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: at - STEP,
      ArrowRight: at + STEP,
      Home: LIMITS[0],
      End: LIMITS[1],
    }[event.key];
    if (to !== undefined && !event.shiftKey) {
      // Else it would move the films, too.
      event.preventDefault();
      move(to);
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a splitter that is moved, not a line between texts.
    <div
      ref={handle}
      className={styles.curtain}
      role="separator"
      aria-orientation="vertical"
      aria-label={text.curtainAt}
      aria-valuemin={LIMITS[0]}
      aria-valuemax={LIMITS[1]}
      aria-valuenow={Math.round(at)}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    />
  );
}
