/**
 * Inferno: perceptually uniform, readable with any colour vision and in greyscale. Sixteen steps
 * of the colour map by Smith and van der Walt (released to the public domain, CC0).
 */
const STEPS = [
  0x000004, 0x0c0826, 0x240c4f, 0x420a68, 0x5d126e, 0x781c6d, 0x932667, 0xae305c, 0xc73e4c,
  0xdd513a, 0xed6925, 0xf8850f, 0xfca50a, 0xfac62d, 0xf2e661, 0xfcffa4,
] as const;

/** The map begins here: the darkest steps would read as shadow on a radiograph. */
const START = 0.2;
/** Heat below this stays invisible; above `SOLID` it is as opaque as it gets. */
const CLEAR = 0.04;
const SOLID = 0.65;

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

function channel(position: number, shift: number): number {
  const below = Math.min(Math.floor(position), STEPS.length - 2);
  const from = ((STEPS[below] ?? 0) >> shift) & 0xff;
  const to = ((STEPS[below + 1] ?? 0) >> shift) & 0xff;
  return Math.round(from + (to - from) * (position - below));
}

/** Colour and opacity, 0 to 255 each, of `heat` in [0, 1]. Opacity grows with heat. */
export function heatColour(heat: number): Rgba {
  const position = (START + (1 - START) * heat) * (STEPS.length - 1);
  const visible = Math.min(1, Math.max(0, (heat - CLEAR) / (SOLID - CLEAR)));
  return [
    channel(position, 16),
    channel(position, 8),
    channel(position, 0),
    Math.round(255 * visible),
  ];
}

/** `heatColour` of every 8-bit value, as 256 x RGBA. */
export function heatTable(): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let value = 0; value < 256; value += 1) {
    table.set(heatColour(value / 255), value * 4);
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
