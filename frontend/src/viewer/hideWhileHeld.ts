import type { SetOverlay } from './overlay';

/** Hides the map until the key that was pressed, Space, is let go of. */
export function hideWhileHeld(onOverlay: SetOverlay): void {
  const holding = new AbortController();
  const { signal } = holding;
  const show = () => {
    holding.abort();
    onOverlay((before) => ({ ...before, hidden: false }));
  };
  onOverlay((before) => ({ ...before, hidden: true }));
  const up = ({ key, code }: KeyboardEvent) => {
    // With Option held, the key is another one.
    if (key === ' ' || code === 'Space') {
      show();
    }
  };
  window.addEventListener('keyup', up, { signal });
  // Whoever lets go of it in another window is not heard.
  window.addEventListener('blur', show, { signal });
}
