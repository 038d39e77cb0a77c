/** A media query. */
const COARSE = '(pointer:coarse)';

/** Whether fingers are what the page is worked with. */
export const byTouch = (): boolean => window.matchMedia(COARSE).matches;
