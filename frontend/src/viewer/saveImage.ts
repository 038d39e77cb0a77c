import type { ColourMap } from '../lib/colourmap';
import { saveBlob } from '../lib/download';
import type { Film } from './decode/film';
import { drawFilm } from './drawFilm';
import { drawHeat, paintHeat } from './drawHeat';
import { FITTED, matrixOf, type Orientation } from './view';
import { greyPixels, type Tone } from './windowing';

/** Longest side of a saved picture: more than any screen shows, little enough to send on. */
const LONGEST = 2048;

interface Shown {
  readonly film: Film;
  readonly tone: Tone;
  readonly orientation: Orientation;
  readonly heatmap: string | null;
  readonly map: ColourMap;
  /** Shares of 1. */
  readonly threshold: number;
  readonly opacity: number;
}

/** Saves the whole film as it is shown now, with its heatmap, as a PNG. */
export async function saveImage(shown: Shown, name: string): Promise<void> {
  const { film, tone, orientation, heatmap } = shown;
  const [full] = film.levels;
  const factor = Math.min(1, LONGEST / Math.max(full.width, full.height));
  const upright = orientation[0] !== 0;
  const [across, down] = upright ? [full.width, full.height] : [full.height, full.width];
  const size = { width: Math.round(across * factor), height: Math.round(down * factor) };
  const canvas = Object.assign(document.createElement('canvas'), size);
  const matrix = matrixOf({ ...FITTED, orientation }, full, size);
  drawFilm(canvas, film, greyPixels(film, tone), matrix);
  if (heatmap !== null && shown.opacity > 0) {
    const layer = Object.assign(document.createElement('canvas'), size);
    drawHeat(layer, await paintHeat(heatmap, shown.map, shown.threshold), full, matrix);
    const context = canvas.getContext('2d');
    if (context) {
      context.globalAlpha = shown.opacity;
      context.drawImage(layer, 0, 0);
    }
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) {
    saveBlob(blob, name);
  }
}
