import { type RefObject, useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { useText } from '../i18n/context';
import { inBrowser } from '../lib/memory';
import { byTouch } from '../lib/pointer';
import styles from './Hint.module.css';

const KEY = 'hint';

/** Whether this browser has shown it before; from now on it has. */
function shownBefore(): boolean {
  const before = inBrowser.get(KEY) !== null;
  inBrowser.set(KEY, 'shown');
  return before;
}

/** How the film is worked, said with the first film that a browser opens and never again. */
export function Hint({ frame }: { frame: RefObject<HTMLElement | null> }) {
  const text = useText('viewer').hint;
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen((still) => still || !shownBefore()), []);
  useEffect(() => {
    const { current } = frame;
    const end = () => setOpen(false);
    // Whoever works the film knows how.
    for (const event of ['pointerdown', 'wheel'] as const) {
      current?.addEventListener(event, end, { passive: true });
    }
    return () => {
      for (const event of ['pointerdown', 'wheel'] as const) {
        current?.removeEventListener(event, end);
      }
    };
  }, [frame]);
  return open ? (
    <div className={styles.hint} data-print="off">
      <p>{byTouch() ? text.touch : text.mouse}</p>
      <Button look="compact" className={styles.close} onClick={() => setOpen(false)}>
        {text.close}
      </Button>
    </div>
  ) : null;
}
