import { cleared } from './cleared';
import type { Film, Level } from './decode/film';
import { apply, inverse, type Matrix, type Size } from './view';

/** Above this many screen pixels for one of the film, its pixels are shown as squares. */
const SQUARES_FROM = 6;
/** How much a level may be scaled up before the finer one is taken: 2 to this power. */
const COARSER = 0.3;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The part of a level that the viewport shows, in whole pixels, with one more at each edge. */
function visible(level: Level, step: number, matrix: Matrix, viewport: Size): Box {
  const back = inverse(matrix);
  const corners = [
    apply(back, { x: 0, y: 0 }),
    apply(back, { x: viewport.width, y: viewport.height }),
  ];
  const xs = corners.map(({ x }) => x / step);
  const ys = corners.map(({ y }) => y / step);
  return {
    left: Math.max(0, Math.floor(Math.min(...xs)) - 1),
    top: Math.max(0, Math.floor(Math.min(...ys)) - 1),
    right: Math.min(level.width, Math.ceil(Math.max(...xs)) + 1),
    bottom: Math.min(level.height, Math.ceil(Math.max(...ys)) + 1),
  };
}

/**
 * Draws a film onto `canvas`, whose size is the viewport's in device pixels.
 *
 * Only the visible part is turned into greys, from the level that is just fine enough: the work
 * is bounded by the screen, not by the film, and so is the memory.
 *
 * @param matrix from the film's pixels to device pixels.
 * @param pixels the colour of each code, see `greyPixels`.
 */
export function drawFilm(
  canvas: HTMLCanvasElement,
  film: Film,
  pixels: Uint32Array,
  matrix: Matrix,
): void {
  const context = cleared(canvas);
  if (!context) {
    return;
  }
  const scale = Math.hypot(matrix[0], matrix[1]);
  const wanted = Math.max(0, Math.floor(Math.log2(1 / scale) + COARSER));
  const index = Math.min(wanted, film.levels.length - 1);
  const level = film.levels[index] ?? film.levels[0];
  const step = 2 ** index;
  const { left, top, right, bottom } = visible(level, step, matrix, canvas);
  const [width, height] = [right - left, bottom - top];
  if (width <= 0 || height <= 0) {
    return;
  }
  const image = new ImageData(width, height);
  const out = new Uint32Array(image.data.buffer);
  for (let row = 0; row < height; row += 1) {
    const from = (top + row) * level.width + left;
    for (let column = 0; column < width; column += 1) {
      out[row * width + column] = pixels[level.codes[from + column] ?? 0] ?? 0;
    }
  }
  const scratch = new OffscreenCanvas(width, height);
  scratch.getContext('2d')?.putImageData(image, 0, 0);
  context.save();
  context.setTransform(...matrix);
  context.imageSmoothingEnabled = scale < SQUARES_FROM;
  context.imageSmoothingQuality = 'high';
  // The last pixel of an odd level stands for less than a whole step; the film ends where it ends.
  context.beginPath();
  context.rect(0, 0, film.levels[0].width, film.levels[0].height);
  context.clip();
  context.drawImage(scratch, left * step, top * step, width * step, height * step);
  context.restore();
}
