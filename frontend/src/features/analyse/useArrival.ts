import { type RefObject, use, useEffect, useEffectEvent, useRef } from 'react';
import { PageShown } from '../../lib/shortcuts';

/**
 * After each change of `phase`: the focus that vanished with a button goes to `heading`, and a
 * newly opened study is scrolled into view from the thumbnails further down. Not while another page
 * is shown: its reader would be carried off by a film that is graded in the background.
 */
export function useArrival(phase: string, heading: RefObject<HTMLElement | null>): void {
  const shown = use(PageShown);
  const first = useRef(true);
  const arrive = useEffectEvent((at: string) => {
    if (!shown) {
      return;
    }
    if (document.activeElement === null || document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
    if (at === 'running') {
      window.scrollTo({ top: 0 });
    }
  });
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    arrive(phase);
  }, [phase]);
}
