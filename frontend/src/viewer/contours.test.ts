import { expect, it } from 'vitest';
import { contoursOf } from './contours';

/** Hot on the right half of 4 x 2 pixels. */
const heat = [0, 0, 255, 255, 0, 0, 255, 255];
const size = { width: 4, height: 2 };

it('runs where the heat passes a level', () => {
  const [quarter, half, rest] = contoursOf(heat, size, 0);
  expect([quarter?.level, half?.level, rest?.level]).toEqual([0.25, 0.5, 0.75]);
  expect(half?.rings).toHaveLength(1);
  const xs = half?.rings[0]?.map(([x]) => x) ?? [];
  // Half way between the middles of the second and the third column.
  expect(Math.min(...xs)).toBeCloseTo(0.5);
  expect(Math.max(...xs)).toBe(1);
});

it('has no line below the threshold, and none without heat', () => {
  expect(contoursOf(heat, size, 0.6).map(({ level }) => level)).toEqual([0.75]);
  expect(
    contoursOf(
      heat.map(() => 0),
      size,
      0,
    ).flatMap(({ rings }) => rings),
  ).toEqual([]);
});
