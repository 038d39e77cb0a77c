import { interpolateCividis, interpolateInferno, interpolateViridis } from 'd3-scale-chromatic';

/**
 * Perceptually uniform, and brighter with heat, so that they read with any colour vision and in
 * greyscale; cividis looks the same to people with and without a red-green deficiency.
 */
const MAPS = {
  inferno: interpolateInferno,
  viridis: interpolateViridis,
  cividis: interpolateCividis,
} as const;

export type ColourMap = keyof typeof MAPS;
export const COLOUR_MAPS = Object.keys(MAPS) as ColourMap[];

/** The maps begin here: the darkest colours would read as shadow on a radiograph. */
const START = 0.2;
/** Heat below this stays invisible; above `SOLID` it is as opaque as it gets. */
const CLEAR = 0.04;
const SOLID = 0.65;

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** "#rrggbb" or "rgb(r, g, b)", as the maps write their colours. */
function parseColour(text: string): [red: number, green: number, blue: number] {
  const hex = /^#(..)(..)(..)$/.exec(text);
  const parts = hex
    ? hex.slice(1).map((part) => Number.parseInt(part, 16))
    : [...text.matchAll(/\d+/g)].map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return [red, green, blue];
}

/**
 * Colour and opacity, 0 to 255 each, of `heat` in [0, 1]. Opacity grows with heat; below
 * `threshold` nothing shows.
 */
export function heatColour(heat: number, map: ColourMap = 'inferno', threshold = 0): Rgba {
  const colour = parseColour(MAPS[map](START + (1 - START) * heat));
  const visible = Math.min(1, Math.max(0, (heat - CLEAR) / (SOLID - CLEAR)));
  return [...colour, heat < threshold ? 0 : Math.round(255 * visible)];
}

/** `heatColour` of every 8-bit value, as 256 x RGBA. */
export function heatTable(map: ColourMap, threshold: number): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let value = 0; value < 256; value += 1) {
    table.set(heatColour(value / 255, map, threshold), value * 4);
  }
  return table;
}

/** Colours RGBA pixels in place: their red channel is taken as heat. */
export function colourHeat(pixels: Uint8ClampedArray, table: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const from = (pixels[at] ?? 0) * 4;
    pixels.set(table.subarray(from, from + 4), at);
  }
}
