import type { Brixia } from '../lib/prediction';
import type { Labelled } from './measure';
import { apply, type Matrix, type Point, type Size, sidesOf, type View } from './view';
import { type Outlines, zoneShapes } from './Zones';

/** Of measured lines, as on the screen. */
const MEASURED = '#ffcf5c';

export function drawZones(
  context: CanvasRenderingContext2D,
  { score, outlines }: { score: Brixia; outlines: Outlines | null },
  film: Size,
  matrix: Matrix,
): void {
  context.strokeStyle = 'white';
  context.textAlign = 'center';
  context.lineWidth = 2;
  for (const { zone, corners, middle } of zoneShapes(outlines, film, matrix)) {
    context.beginPath();
    for (const { x, y } of corners) {
      context.lineTo(x, y);
    }
    context.closePath();
    context.setLineDash([8, 6]);
    context.stroke();
    context.setLineDash([]);
    outlined(context, `${zone} ${score.zones[zone].toFixed(1)}`, middle.x, middle.y);
  }
}

/** R and L, where the patient's sides lie. */
export function drawSides(
  context: CanvasRenderingContext2D,
  { orientation }: View,
  { width, height }: Size,
  letters: number,
): void {
  const at = {
    left: [letters, height / 2],
    right: [width - letters, height / 2],
    top: [width / 2, 1.5 * letters],
    bottom: [width / 2, height - letters],
  } as const;
  context.textAlign = 'center';
  for (const [letter, side] of Object.entries(sidesOf(orientation))) {
    outlined(context, letter, ...at[side]);
  }
}

/** What was measured, as `Measures` shows it. */
export function drawLines(
  context: CanvasRenderingContext2D,
  lines: readonly Labelled[],
  matrix: Matrix,
  { width }: Size,
  letters: number,
): void {
  context.textAlign = 'center';
  for (const { words, line } of lines) {
    const [from, to] = [apply(matrix, line.from), apply(matrix, line.to)];
    stroked(context, [from, to], MEASURED, letters);
    const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
    // A line may begin beside the film, which is all of the picture: its words are to be read.
    const half = context.measureText(words).width / 2;
    const within = Math.max(half, Math.min(width - half, x));
    outlined(context, words, within, Math.max(letters, y - letters / 2), MEASURED);
  }
}

/** A scale bar around `bottom`, with its words above it. */
export function drawBar(
  context: CanvasRenderingContext2D,
  words: string,
  length: number,
  { x, y }: Point,
  letters: number,
): void {
  const [left, right, top] = [x - length / 2, x + length / 2, y - letters / 3];
  const path = [
    { x: left, y: top },
    { x: left, y },
    { x: right, y },
    { x: right, y: top },
  ];
  stroked(context, path, 'white', letters);
  context.textAlign = 'center';
  outlined(context, words, x, top - letters / 3);
}

/** A path that is seen on dark and on bright. */
function stroked(
  context: CanvasRenderingContext2D,
  path: readonly Point[],
  colour: string,
  letters: number,
): void {
  const width = Math.max(2, letters / 12);
  context.beginPath();
  for (const { x, y } of path) {
    context.lineTo(x, y);
  }
  for (const [style, wide] of [
    ['black', 2 * width],
    [colour, width],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.stroke();
  }
}

function outlined(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colour = 'white',
): void {
  context.lineWidth = 4;
  context.strokeStyle = 'black';
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
  context.strokeStyle = 'white';
  context.lineWidth = 2;
}
