import { expect, it } from 'vitest';
import { en } from '../i18n/catalogue';
import { type Line, labelled, lengthOf, ratioOf, UNMEASURED, withLine } from './measure';

const line = (x0: number, y0: number, x1: number, y1: number): Line => ({
  from: { x: x0, y: y0 },
  to: { x: x1, y: y1 },
});

it('measures in millimetres where the spacing is known, in pixels else', () => {
  const drawn = line(10, 10, 40, 50);
  expect(lengthOf(drawn, null)).toBe(50);
  expect(lengthOf(drawn, { row: 0.1, column: 0.2, plane: 'patient' })).toBeCloseTo(
    Math.hypot(30 * 0.2, 40 * 0.1),
  );
});

it('takes the ratio of two widths across the film, heart first, and begins anew with a third', () => {
  const heart = withLine(UNMEASURED, 'ratio', line(100, 300, 220, 310));
  expect(ratioOf(heart)).toBeNull();
  const both = withLine(heart, 'ratio', line(300, 320, 60, 300));
  expect(ratioOf(both)).toBe(0.5);
  expect(withLine(both, 'ratio', line(0, 0, 1, 0)).ratio).toHaveLength(1);
  expect(withLine(both, 'length', line(0, 0, 1, 0)).ratio).toHaveLength(2);
});

it('takes the same ratio where the film was turned: the chest’s line says what is across', () => {
  // As above, with the rows of the film across the screen.
  const heart = withLine(UNMEASURED, 'ratio', line(300, 100, 303, 220));
  const both = withLine(heart, 'ratio', line(320, 300, 300, 60));
  expect(ratioOf(both)).toBe(0.5);
});

it('says of each line what it measures', () => {
  const length = withLine(UNMEASURED, 'length', line(0, 0, 30, 40));
  const heart = withLine(length, 'ratio', line(0, 0, 100, 0));
  const all = withLine(heart, 'ratio', line(0, 0, 200, 0));
  expect(labelled(all, null, en).map(({ words }) => words)).toEqual([
    '50 px',
    'Heart 100 px',
    'CTR 0.50 · Chest 200 px',
  ]);
  const spacing = { row: 0.2, column: 0.2, plane: 'detector' as const };
  expect(labelled(length, spacing, en)[0]?.words).toBe('10 mm at the detector');
});
