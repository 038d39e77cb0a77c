import { type RefObject, useEffect, useRef } from 'react';

/**
 * After each change of `phase`: the focus that vanished with a button goes to `heading`, and a
 * newly opened study is scrolled into view from the thumbnails further down.
 */
export function useArrival(phase: string, heading: RefObject<HTMLElement | null>): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (document.activeElement === null || document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
    if (phase === 'running') {
      window.scrollTo({ top: 0 });
    }
  }, [phase, heading]);
}
