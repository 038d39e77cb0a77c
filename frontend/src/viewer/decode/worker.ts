import type { Film } from './film';
import { readFilm } from './readFilm';

/** `maxPixels` is the service's limit, infinite where it is not known. */
export interface Order {
  readonly blob: Blob;
  readonly maxPixels: number;
}

export type Reply = { readonly film: Film } | { readonly reason: string };

// In a worker of its own: decoding takes up to seconds, and the page must stay responsive.
self.onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    const film = await readFilm(data.blob, data.maxPixels);
    // Handed over, not copied.
    const buffers = film.levels.map((level) => level.codes.buffer as ArrayBuffer);
    self.postMessage({ film } satisfies Reply, { transfer: buffers });
  } catch (error) {
    self.postMessage({ reason: error instanceof Error ? error.message : '' } satisfies Reply);
  }
};
