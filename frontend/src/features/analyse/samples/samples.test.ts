import { expect, it } from 'vitest';
import { SAMPLES } from './samples';

it('finds an image and its facts for every row of the table', () => {
  expect(SAMPLES).toHaveLength(8);
  for (const sample of SAMPLES) {
    expect(sample.url).toContain(`${sample.id}.png`);
    expect(sample.thumbnail).toMatch(/^data:image\/png/);
    expect(sample.projection).toMatch(/^(PA|AP)$/);
    expect(sample.sex).toMatch(/^[fm]$/);
    expect(sample.day).toBeTypeOf('number');
    expect(sample.day).not.toBeNaN();
  }
});

it('counts days from the admission to the image', () => {
  // The same patient's films: taken at admission, and three days later.
  expect(SAMPLES.find(({ id }) => id === '3964b961')?.day).toBe(0);
  expect(SAMPLES.find(({ id }) => id === '7b68340a')?.day).toBe(3);
});
