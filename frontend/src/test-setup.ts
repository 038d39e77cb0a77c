import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';

// A busy machine is no failure.
configure({ asyncUtilTimeout: 30_000 });

// What browsers have and jsdom has not.
beforeEach(() => {
  let made = 0;
  URL.createObjectURL = () => `blob:test/${++made}`;
  URL.revokeObjectURL = () => undefined;
  HTMLCanvasElement.prototype.getContext = () => null;
  HTMLImageElement.prototype.decode = () => Promise.resolve();
  window.scrollTo = () => undefined;
  window.ResizeObserver = Unresized;
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), { matches: false, media }) as MediaQueryList;
  // Nothing is laid out here; a list that draws only the rows in sight needs a height.
  for (const side of ['clientHeight', 'clientWidth']) {
    Object.defineProperty(Element.prototype, side, { configurable: true, value: 800 });
  }
});

/** Nothing is laid out, and nothing changes its size. */
class Unresized implements ResizeObserver {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}

afterEach(cleanup);
