import { colourHeat, heatColour, heatTable } from '../../../lib/colourmap';

const TABLE = heatTable();
/** A mid-grey for the legend to lie on, as the heatmap lies on the radiograph. */
const BENEATH = '#6b6b6b';
const LEGEND_STEPS = 192;

/**
 * Colours an 8-bit grey heatmap onto `canvas`, at the heatmap's own size.
 *
 * Rejects when the image cannot be decoded.
 */
export async function drawHeat(canvas: HTMLCanvasElement, heatmap: string): Promise<void> {
  const image = new Image();
  image.src = heatmap;
  await image.decode();
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) {
    return;
  }
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  colourHeat(pixels.data, TABLE);
  context.putImageData(pixels, 0, 0);
}

/** The colours of the heatmap from low to high, as they look over a radiograph's grey. */
export function drawLegend(canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d');
  if (!context) {
    return;
  }
  canvas.width = LEGEND_STEPS;
  canvas.height = 1;
  context.fillStyle = BENEATH;
  context.fillRect(0, 0, LEGEND_STEPS, 1);
  for (let step = 0; step < LEGEND_STEPS; step += 1) {
    const [red, green, blue, alpha] = heatColour(step / (LEGEND_STEPS - 1));
    context.fillStyle = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
    context.fillRect(step, 0, 1, 1);
  }
}
