import { type ColourMap, colourHeat, heatColour, heatTable } from '../lib/colourmap';
import type { Matrix, Size } from './view';

/** A mid-grey for the legend to lie on, as the heatmap lies on the radiograph. */
const BENEATH = '#6b6b6b';
const LEGEND_STEPS = 192;
/** Longest side of the coloured map, in pixels. */
const FINE = 768;

/**
 * An 8-bit grey heatmap in colour, larger than it came.
 *
 * Rejects when the image cannot be decoded.
 */
export async function paintHeat(
  heatmap: string,
  map: ColourMap,
  threshold: number,
): Promise<OffscreenCanvas> {
  const image = new Image();
  image.src = heatmap;
  await image.decode();
  // Scaled up first: the edge of a threshold would be as jagged as the map is coarse.
  const factor = FINE / Math.max(image.naturalWidth, image.naturalHeight);
  const canvas = new OffscreenCanvas(
    Math.round(factor * image.naturalWidth),
    Math.round(factor * image.naturalHeight),
  );
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    colourHeat(pixels.data, heatTable(map, threshold));
    context.putImageData(pixels, 0, 0);
  }
  return canvas;
}

/** Draws painted heat onto `canvas` where the film lies; `null` clears it. */
export function drawHeat(
  canvas: HTMLCanvasElement,
  heat: OffscreenCanvas | null,
  film: Size,
  matrix: Matrix,
): void {
  const context = canvas.getContext('2d');
  if (!context) {
    return;
  }
  context.resetTransform();
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (heat) {
    context.setTransform(...matrix);
    context.imageSmoothingQuality = 'high';
    context.drawImage(heat, 0, 0, film.width, film.height);
  }
}

/** The colours of the heatmap from low to high, as they look over a radiograph's grey. */
export function drawLegend(canvas: HTMLCanvasElement, map: ColourMap, threshold: number): void {
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
    context.fillStyle = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
    context.fillRect(step, 0, 1, 1);
  }
}
