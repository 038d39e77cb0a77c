import type { Repair } from '../../lib/study';
import type { Film } from './film';
import { readFilm } from './readFilm';
import { repairedPng } from './repairPixels';

/** `maxPixels` is the service's limit, infinite where it is not known. */
export interface Order {
  readonly blob: Blob;
  readonly maxPixels: number;
  /** Where a picture is wanted instead of the film. */
  readonly repair?: Repair;
}

export type Reply =
  | { readonly film: Film }
  | { readonly png: Uint8Array<ArrayBuffer> }
  | { readonly reason: string };

// In a worker of its own: decoding takes up to seconds, and the page must stay responsive.
self.onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    const film = await readFilm(data.blob, data.maxPixels);
    if (data.repair) {
      const png = new Uint8Array(repairedPng(film, data.repair));
      self.postMessage({ png } satisfies Reply, { transfer: [png.buffer] });
      return;
    }
    // Handed over, not copied.
    const buffers = film.levels.map((level) => level.codes.buffer as ArrayBuffer);
    self.postMessage({ film } satisfies Reply, { transfer: buffers });
  } catch (error) {
    self.postMessage({ reason: error instanceof Error ? error.message : '' } satisfies Reply);
  }
};
