import { type PDFPage, rgb } from '@cantoo/pdf-lib';
import { heatColour } from '../lib/colourmap';

/** More than an eye tells apart in so small a bar. */
const STEPS = 48;

export const SCALE = { width: 72, height: 6 } as const;

/** The colours of the printed map over black, from the least heat on the left, its lower left at `x`, `y`. */
export function drawScale(page: PDFPage, x: number, y: number): void {
  const width = SCALE.width / STEPS;
  for (let step = 0; step < STEPS; step += 1) {
    const [red, green, blue, alpha] = heatColour(step / (STEPS - 1));
    const dim = alpha / 255 / 255;
    const color = rgb(red * dim, green * dim, blue * dim);
    page.drawRectangle({ x: x + step * width, y, width, height: SCALE.height, color });
  }
}
