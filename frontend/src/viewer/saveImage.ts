import { saveBlob } from '../lib/download';
import type { Plane } from '../lib/plane';
import type { Brixia } from '../lib/prediction';
import type { Film } from './decode/film';
import { drawFilm } from './drawFilm';
import { drawHeat, paintHeat } from './drawHeat';
import { drawBar, drawLines, drawSides, drawZones } from './drawMarks';
import type { Labelled } from './measure';
import type { Overlay } from './overlay';
import { barOf } from './ScaleBar';
import { apply, matrixOf, type Size, scaledMatrix, scaleOf, type View } from './view';
import { greyPixels, type Tone } from './windowing';
import type { Outlines } from './Zones';

/** Longest side of a saved picture: more than any screen shows, little enough to send on. */
const LONGEST = 2048;
/** Of letters, as a share of the picture's width. */
const LETTERS = 1 / 48;
const LINE = 1.5;

export interface Shown {
  readonly film: Film;
  readonly tone: Tone;
  readonly view: View;
  /** In CSS pixels. */
  readonly viewport: Size;
  /** Whether it is known on which side the patient's right lies. */
  readonly sided: boolean;
  readonly heat: { readonly heatmap: string; readonly overlay: Overlay } | null;
  readonly zones: { readonly score: Brixia; readonly outlines: Outlines | null } | null;
  /** What was measured on it. */
  readonly lines: readonly Labelled[];
  /** What the scale bar says of its length; it is drawn where the spacing is known. */
  readonly scaleBar: (millimetres: number, plane: Plane) => string;
  /** Lines beneath the picture: one that travels alone must not lose its words. */
  readonly caption: readonly string[];
}

interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the viewport that the film fills, in CSS pixels. */
export function cutOf({ film, view, viewport }: Pick<Shown, 'film' | 'view' | 'viewport'>): Cut {
  const [full] = film.levels;
  const matrix = matrixOf(view, full, viewport);
  const corners = [apply(matrix, { x: 0, y: 0 }), apply(matrix, { x: full.width, y: full.height })];
  const within = (most: number, values: readonly number[]) =>
    [Math.max(0, Math.min(...values)), Math.min(most, Math.max(...values))] as const;
  const [left, right] = within(
    viewport.width,
    corners.map(({ x }) => x),
  );
  const [top, bottom] = within(
    viewport.height,
    corners.map(({ y }) => y),
  );
  return { left, top, width: right - left, height: bottom - top };
}

/** Saves what is seen of the film, as it is seen, with its words beneath, as a PNG. */
export async function saveImage(shown: Shown, name: string): Promise<void> {
  const { film, tone, view, viewport, heat, zones, caption } = shown;
  const [full] = film.levels;
  const cut = cutOf(shown);
  // As many pixels as the film has there, where a picture may be so large.
  const factor = Math.min(
    LONGEST / Math.max(cut.width, cut.height),
    Math.max(1, 1 / scaleOf(view, full, viewport)),
  );
  const size = { width: Math.round(cut.width * factor), height: Math.round(cut.height * factor) };
  const [a, b, c, d, e, f] = matrixOf(view, full, viewport);
  const matrix = scaledMatrix([a, b, c, d, e - cut.left, f - cut.top], factor);
  const picture = Object.assign(document.createElement('canvas'), size);
  drawFilm(picture, film, greyPixels(film, tone), matrix);
  const letters = Math.max(12, Math.round(size.width * LETTERS));
  const step = Math.round(letters * LINE);
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height + (caption.length > 0 ? step * caption.length + letters : 0);
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no canvas');
  }
  context.fillStyle = 'black';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0);
  if (heat && heat.overlay.opacity > 0) {
    const { opacity } = heat.overlay;
    const layer = Object.assign(document.createElement('canvas'), size);
    drawHeat(layer, await paintHeat(heat.heatmap, heat.overlay), full, matrix);
    context.globalAlpha = opacity / 100;
    context.drawImage(layer, 0, 0);
    context.globalAlpha = 1;
  }
  context.font = `${letters}px ${getComputedStyle(document.body).fontFamily || 'sans-serif'}`;
  // What lies on the picture ends with it: the words beneath it are to be read.
  context.save();
  context.beginPath();
  context.rect(0, 0, size.width, size.height);
  context.clip();
  if (zones) {
    drawZones(context, zones, full, matrix);
  }
  if (shown.sided) {
    drawSides(context, view, size, letters);
  }
  drawLines(context, shown.lines, matrix, size, letters);
  if (film.spacing) {
    const scale = scaleOf(view, full, viewport);
    const onSide = view.orientation[0] === 0;
    const { spacing } = film;
    const bar = barOf({ spacing, scale, onSide, size: viewport }, cut.width);
    // Above the letter of the side, where one lies there.
    const bottom = size.height - (shown.sided && onSide ? 2.5 : 0.5) * letters;
    const words = shown.scaleBar(bar.length, spacing.plane);
    drawBar(context, words, bar.pixels * factor, { x: size.width / 2, y: bottom }, letters);
  }
  context.restore();
  context.fillStyle = 'white';
  context.textAlign = 'left';
  for (const [index, line] of caption.entries()) {
    const y = size.height + step * (index + 1);
    context.fillText(line, letters, y, size.width - 2 * letters);
  }
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) {
    throw new Error('no picture');
  }
  saveBlob(blob, name);
}
