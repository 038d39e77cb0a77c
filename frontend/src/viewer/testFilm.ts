import type { Film } from './decode/film';

const window = { low: 0, high: 255 };

/** For tests: a film without a decoder. */
export const film: Film = {
  levels: [{ width: 400, height: 400, codes: new Uint8Array(400 * 400) }],
  range: 256,
  slope: 1,
  intercept: 0,
  inverted: false,
  padding: null,
  table: null,
  presets: { stored: window, auto: window, full: window, lungs: window, mediastinum: window },
  opening: 'stored',
  spacing: null,
  header: null,
};

/** For tests: a ResizeObserver, which jsdom has not, that tells the size at once and never again. */
export class SizeTold {
  readonly #tell: () => void;
  constructor(tell: () => void) {
    this.#tell = tell;
  }
  observe = () => this.#tell();
  unobserve = () => undefined;
  disconnect = () => undefined;
}
