import { type ColourMap, colourHeat, heatColour, heatTable } from '../lib/colourmap';
import { cleared } from './cleared';
import type { Contour } from './contours';
import type { Overlay } from './overlay';
import { apply, type Matrix, type Size } from './view';

/** A mid-grey for the legend to lie on, as the heatmap lies on the radiograph. */
const BENEATH = '#6b6b6b';
const LEGEND_STEPS = 192;
/** Longest side of the coloured map, in pixels. */
const FINE = 768;
const FINE_FOR_LINES = 192;
/** Width of a line of equal heat, in CSS pixels. */
const LINE = 1.75;

/** A map that is ready to be drawn over a film, in the pixels of `matrix`. */
export type Painted = (context: CanvasRenderingContext2D, film: Size, matrix: Matrix) => void;

/**
 * An 8-bit grey heatmap in colour, larger than it came, or as lines of equal heat.
 *
 * Rejects when the image cannot be decoded.
 */
export async function paintHeat(
  heatmap: string,
  { map, threshold: percent, style }: Pick<Overlay, 'map' | 'threshold' | 'style'>,
): Promise<Painted> {
  const threshold = percent / 100;
  const image = new Image();
  image.src = heatmap;
  await image.decode();
  // Scaled up first: the edge of a threshold would be as jagged as the map is coarse.
  const finest = style === 'heat' ? FINE : FINE_FOR_LINES;
  const factor = finest / Math.max(image.naturalWidth, image.naturalHeight);
  const canvas = new OffscreenCanvas(
    Math.round(factor * image.naturalWidth),
    Math.round(factor * image.naturalHeight),
  );
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new Error('no canvas');
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  if (style === 'contours') {
    const heat = Uint8Array.from(
      { length: canvas.width * canvas.height },
      (_, at) => pixels.data[4 * at] ?? 0,
    );
    const { contoursOf } = await import('./contours');
    return lines(contoursOf(heat, canvas, threshold), map);
  }
  colourHeat(pixels.data, heatTable(map, threshold));
  context.putImageData(pixels, 0, 0);
  return (onto, film, matrix) => {
    onto.setTransform(...matrix);
    onto.imageSmoothingQuality = 'high';
    onto.drawImage(canvas, 0, 0, film.width, film.height);
    onto.resetTransform();
  };
}

/** As wide on the screen however large the film is shown, and dark at their edges. */
function lines(contours: readonly Contour[], map: ColourMap): Painted {
  return (onto, film, matrix) => {
    const width = LINE * Math.max(1, window.devicePixelRatio);
    for (const { level, rings } of contours) {
      const [red, green, blue] = heatColour(level, map);
      const path = new Path2D();
      for (const ring of rings) {
        for (const [x, y] of ring) {
          const at = apply(matrix, { x: x * film.width, y: y * film.height });
          path.lineTo(at.x, at.y);
        }
        path.closePath();
      }
      onto.lineJoin = 'round';
      onto.strokeStyle = '#000a';
      onto.lineWidth = 2 * width;
      onto.stroke(path);
      onto.strokeStyle = `rgb(${red} ${green} ${blue})`;
      onto.lineWidth = width;
      onto.stroke(path);
    }
  };
}

/** Draws painted heat onto `canvas` where the film lies; `null` clears it. */
export function drawHeat(
  canvas: HTMLCanvasElement,
  heat: Painted | null,
  film: Size,
  matrix: Matrix,
): void {
  const context = cleared(canvas);
  if (context) {
    heat?.(context, film, matrix);
  }
}

/** The colours of the heatmap from low to high, as they look over a radiograph's grey. */
export function drawLegend(
  canvas: HTMLCanvasElement,
  map: ColourMap,
  threshold: number,
  opacity: number,
): void {
  const context = canvas.getContext('2d');
  if (!context) {
    return;
  }
  canvas.width = LEGEND_STEPS;
  canvas.height = 1;
  context.fillStyle = BENEATH;
  context.fillRect(0, 0, LEGEND_STEPS, 1);
  for (let step = 0; step < LEGEND_STEPS; step += 1) {
    const [red, green, blue, alpha] = heatColour(step / (LEGEND_STEPS - 1), map, threshold);
    context.fillStyle = `rgb(${red} ${green} ${blue} / ${(opacity * alpha) / 255})`;
    context.fillRect(step, 0, 1, 1);
  }
}
