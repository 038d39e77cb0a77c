import { describe, expect, it } from 'vitest';
import { COLOUR_MAPS, colourHeat, heatColour, heatTable } from './colourmap';

const all = Array.from({ length: 256 }, (_, value) => heatColour(value / 255));

function luminance([red, green, blue]: readonly [number, number, number, number]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('heatColour', () => {
  it.each(COLOUR_MAPS)('of %s gets brighter with heat, without colour vision too', (map) => {
    const steps = all.map((_, value) => luminance(heatColour(value / 255, map)));
    expect(steps.every((step, index) => index === 0 || step >= (steps[index - 1] ?? 0) - 0.5)).toBe(
      true,
    );
    expect((steps.at(-1) ?? 0) - (steps[0] ?? 0)).toBeGreaterThan(120);
  });

  it('gets more opaque with heat', () => {
    expect(heatColour(0)[3]).toBe(0);
    expect(heatColour(1)[3]).toBe(255);
    expect(all.every((colour, index) => colour[3] >= (all[index - 1]?.[3] ?? 0))).toBe(true);
  });

  it('shows nothing below the threshold', () => {
    expect(heatColour(0.39, 'inferno', 0.4)[3]).toBe(0);
    expect(heatColour(0.4, 'inferno', 0.4)).toEqual(heatColour(0.4));
  });

  it('ends in the pale yellow of inferno', () => {
    expect(heatColour(1).slice(0, 3)).toEqual([252, 255, 164]);
  });
});

describe('colourHeat', () => {
  it('replaces each grey pixel by its colour', () => {
    const pixels = new Uint8ClampedArray([0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255]);
    colourHeat(pixels, heatTable('inferno', 0));
    expect([...pixels]).toEqual([...heatColour(0), ...heatColour(128 / 255), ...heatColour(1)]);
  });
});
