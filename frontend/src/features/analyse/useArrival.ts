import { type RefObject, use, useEffect, useEffectEvent, useRef } from 'react';
import { PageShown } from '../../lib/shortcuts';

/**
 * After each change of `phase` or `holders`: the focus that vanished with a button goes to
 * `heading`, or to what fills the screen. After one of `phase` a newly opened study is scrolled into view from the thumbnails
 * further down. Not while another page is shown: its reader would be carried off by a film that is
 * graded in the background.
 */
export function useArrival(
  phase: string,
  holders: string,
  heading: RefObject<HTMLElement | null>,
): void {
  const shown = use(PageShown);
  const before = useRef({ phase, holders });
  const arrive = useEffectEvent((opened: boolean) => {
    if (!shown) {
      return;
    }
    if (document.activeElement === null || document.activeElement === document.body) {
      // What fills the screen keeps it: the heading is not seen then.
      const full = document.fullscreenElement;
      (full instanceof HTMLElement ? full : heading.current)?.focus({ preventScroll: true });
    }
    if (opened) {
      window.scrollTo({ top: 0 });
    }
  });
  useEffect(() => {
    const { current } = before;
    before.current = { phase, holders };
    if (current.phase !== phase || current.holders !== holders) {
      arrive(phase === 'running' && current.phase !== phase);
    }
  }, [phase, holders]);
}
