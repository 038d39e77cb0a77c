import { useEffect, useState } from 'react';
import { Button } from '../../../components/Button';
import { useText } from '../../../i18n/context';
import { describeFailure } from '../../../i18n/describeFailure';
import type { Pause } from './films';
import styles from './WorklistPanel.module.css';

interface PauseNoteProps {
  pause: Pause;
  /** Whether the reason is said beside it, and need not be said twice. */
  told?: boolean;
  onResume: () => void;
}

/** Seconds until a moment, counted down. */
export function useCountdown(until: number): number {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const count = () => setSeconds(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}

/** Why the queue rests, and when it goes on by itself. */
export function PauseNote({ pause, told = false, onResume }: PauseNoteProps) {
  const text = useText('worklist');
  const { title } = describeFailure(pause.failure, useText('failures'));
  const seconds = useCountdown(pause.until);
  return (
    <div className={styles.pause}>
      <p>
        {!told && <strong role="status">{title}</strong>}{' '}
        {/* The seconds would be read out each time. */}
        <span className={styles.countdown} aria-hidden="true">
          {Number.isFinite(seconds) && text.goesOnIn(seconds)}
        </span>
      </p>
      <Button look="compact" onClick={onResume}>
        {text.goOn}
      </Button>
    </div>
  );
}
