import { expect, it } from 'vitest';
import { type Line, lengthOf, ratioOf, UNMEASURED, withLine } from './measure';

const line = (x0: number, y0: number, x1: number, y1: number): Line => ({
  from: { x: x0, y: y0 },
  to: { x: x1, y: y1 },
});

it('measures in millimetres where the spacing is known, in pixels else', () => {
  const drawn = line(10, 10, 40, 50);
  expect(lengthOf(drawn, null)).toBe(50);
  expect(lengthOf(drawn, { row: 0.1, column: 0.2, atDetector: false })).toBeCloseTo(
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
