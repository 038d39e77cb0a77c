import { type KeyboardEvent, type PointerEvent, type RefObject, useRef } from 'react';
import { Button } from '../../../components/Button';
import { useText } from '../../../i18n/context';
import { useHeir } from '../../../lib/heir';
import styles from './Compare.module.css';

/** Per cent of the width that one arrow key moves the curtain by. */
const STEP = 2;
/** The same of one click: few of them lead across a film. */
const CLICK = 5;
/** Kept within sight and within reach. */
const LIMITS = [2, 98] as const;
const within = (at: number) => Math.min(LIMITS[1], Math.max(LIMITS[0], at));

interface CurtainProps {
  /** Per cent of the width, from the left, that the older film has. */
  at: number;
  onMove: (at: number) => void;
  /** What takes the focus when the curtain goes with it. */
  heir: RefObject<HTMLElement | null>;
}

/** The edge between two films that lie over one another: drawn by mouse, finger or arrow keys. */
export function Curtain({ at, onMove, heir }: CurtainProps) {
  const text = useText('viewer').compare;
  const handle = useRef<HTMLDivElement>(null);
  useHeir(handle, heir);
  const drag = (event: PointerEvent) => {
    const room = handle.current?.parentElement?.getBoundingClientRect();
    if (room && handle.current?.hasPointerCapture(event.pointerId)) {
      onMove(within((100 * (event.clientX - room.left)) / room.width));
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
      onMove(within(to));
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

/** The same by clicks, for whoever cannot drag (WCAG 2.5.7). */
export function CurtainSteps({ at, onMove, heir }: CurtainProps) {
  const text = useText('viewer').compare;
  const steps = useRef<HTMLSpanElement>(null);
  useHeir(steps, heir);
  return (
    <span ref={steps} className={styles.steps}>
      <Step label={text.curtainLeft} arrow="←" onClick={() => onMove(within(at - CLICK))} />
      <Step label={text.curtainRight} arrow="→" onClick={() => onMove(within(at + CLICK))} />
    </span>
  );
}

function Step({ label, arrow, onClick }: { label: string; arrow: string; onClick: () => void }) {
  return (
    <Button look="compact" aria-label={label} title={label} onClick={onClick}>
      <span aria-hidden="true">{arrow}</span>
    </Button>
  );
}
