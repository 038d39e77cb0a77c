import { type RefObject, useLayoutEffect } from 'react';

/** Where `part` goes with the focus in it, `heir` takes that: else Tab would start from the top. */
export function useHeir(
  part: RefObject<HTMLElement | null>,
  heir: RefObject<HTMLElement | null>,
): void {
  useLayoutEffect(
    () => () => {
      // React takes the part out of the page after this.
      if (part.current?.contains(document.activeElement)) {
        heir.current?.focus({ preventScroll: true });
      }
    },
    [part, heir],
  );
}
