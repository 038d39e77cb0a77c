import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';

// What browsers have and jsdom has not.
beforeEach(() => {
  let made = 0;
  URL.createObjectURL = () => `blob:test/${++made}`;
  URL.revokeObjectURL = () => undefined;
  HTMLCanvasElement.prototype.getContext = () => null;
  HTMLImageElement.prototype.decode = () => Promise.resolve();
  window.scrollTo = () => undefined;
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), { matches: false, media }) as MediaQueryList;
});

afterEach(cleanup);
