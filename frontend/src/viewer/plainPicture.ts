import type { Plane } from '../lib/plane';
import type { Study } from '../lib/study';
import { decodeFilm } from './decode/decodeFilm';
import type { Film } from './decode/film';
import { drawFilm } from './drawFilm';
import { toneOf } from './useTone';
import { greyPixels } from './windowing';

/** Longest side, in pixels: sharp on paper at the size of half a page's width. */
const LONGEST = 1024;
const FONT = 'sans-serif';
/** Length of the scale where the pixels' spacing is known, in millimetres. */
const SCALE_MM = 50;

/** What the scale says of itself: with where its length is true, as a picture travels alone. */
type ScaleWords = (millimetres: number, plane: Plane) => string;

/** The film as it opens, as JPEG in a data URL; `null` where this page cannot show the file. */
export async function plainPicture(
  { source }: Pick<Study, 'source'>,
  scaleWords: ScaleWords,
): Promise<string | null> {
  try {
    const blob = typeof source === 'string' ? await (await fetch(source)).blob() : source;
    const film = await decodeFilm(blob, new AbortController().signal);
    return draw(film, scaleWords);
  } catch {
    return null;
  }
}

function draw(film: Film, scaleWords: ScaleWords): string {
  const [{ width, height }] = film.levels;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  drawFilm(canvas, film, greyPixels(film, toneOf(film, null)), [scale, 0, 0, scale, 0, 0]);
  const context = canvas.getContext('2d');
  if (film.spacing && context) {
    const length = (SCALE_MM / film.spacing.column) * scale;
    const [x, y, size] = [canvas.width - length - 16, canvas.height - 16, canvas.width / 36];
    context.fillStyle = 'white';
    context.strokeStyle = 'black';
    context.strokeRect(x, y - 4, length, 6);
    context.fillRect(x, y - 4, length, 6);
    context.font = `${size}px ${FONT}`;
    context.textAlign = 'right';
    context.lineWidth = 3;
    const words = scaleWords(SCALE_MM, film.spacing.plane);
    const most = canvas.width - 32;
    context.strokeText(words, x + length, y - 10, most);
    context.fillText(words, x + length, y - 10, most);
  }
  return canvas.toDataURL('image/jpeg', 0.9);
}
