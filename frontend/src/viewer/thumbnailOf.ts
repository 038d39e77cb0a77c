import type { Study } from '../lib/study';
import { decodeFilm } from './decode/decodeFilm';
import type { Film } from './decode/film';
import { drawFilm } from './drawFilm';
import { toneOf } from './useTone';
import { greyPixels } from './windowing';

/** Longest side in pixels: sharp on a dense screen at the size of a row. */
const LONGEST = 96;

const made = new WeakMap<File, string>();
/** Films are decoded one after the other: a list must not take the cores from what is looked at. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * A film as it opens, small, as a JPEG in a data URL. Rejects where this page cannot show the file,
 * and where `signal` aborts before its turn.
 */
export async function thumbnailOf(
  { source }: Pick<Study, 'source'>,
  signal: AbortSignal,
): Promise<string> {
  const known = source instanceof File ? made.get(source) : undefined;
  if (known) {
    return known;
  }
  const mine = turn.then(async () => {
    signal.throwIfAborted();
    const file = source instanceof File ? source : await (await fetch(source, { signal })).blob();
    return draw(await decodeFilm(file, signal));
  });
  turn = mine.catch(() => undefined);
  const picture = await mine;
  if (source instanceof File) {
    made.set(source, picture);
  }
  return picture;
}

function draw(film: Film): string {
  const [{ width, height }] = film.levels;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  drawFilm(canvas, film, greyPixels(film, toneOf(film, null)), [scale, 0, 0, scale, 0, 0]);
  return canvas.toDataURL('image/jpeg', 0.8);
}
