import { limitsOfService } from '../../lib/limits';
import type { Repair } from '../../lib/study';
import { type Film, NotShownError } from './film';
import type { Order, Reply } from './worker';

/** Milliseconds that a file on this machine waits for what the service says. */
const PATIENCE = 1500;

const nothingAfter = (time: number) =>
  new Promise<null>((resolve) => setTimeout(() => resolve(null), time));

/**
 * Decodes a file off the main thread.
 *
 * Each film has a worker of its own that ends with it: so do the decoders' buffers, and a film
 * that is no longer wanted stops costing anything at once.
 *
 * Rejects with `NotShownError` when this page cannot show the file, and when `signal` aborts.
 */
export async function decodeFilm(blob: Blob, signal: AbortSignal): Promise<Film> {
  const reply = await ordered({ blob }, signal);
  if (!('film' in reply)) {
    throw new NotShownError('no-film');
  }
  return reply.film;
}

/** A file's picture, turned or inverted, as a PNG; rejects as `decodeFilm` does. */
export async function repairFilm(blob: Blob, repair: Repair, signal: AbortSignal): Promise<Blob> {
  const reply = await ordered({ blob, repair }, signal);
  if (!('png' in reply)) {
    throw new NotShownError('no-picture');
  }
  return new Blob([reply.png], { type: 'image/png' });
}

async function ordered(order: Omit<Order, 'maxPixels'>, signal: AbortSignal): Promise<Reply> {
  const limits = await Promise.race([limitsOfService(), nothingAfter(PATIENCE)]);
  const maxPixels = limits?.max_pixels ?? Number.POSITIVE_INFINITY;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const end = () => worker.terminate();
    signal.addEventListener('abort', () => {
      end();
      reject(new NotShownError('no-longer-wanted'));
    });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      end();
      if ('reason' in data) {
        reject(new NotShownError(data.reason));
      } else {
        resolve(data);
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end();
      reject(new NotShownError(event.message));
    };
    worker.postMessage({ ...order, maxPixels } satisfies Order);
  });
}
