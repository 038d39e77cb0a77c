import { describe, expect, it } from 'vitest';
import {
  apply,
  changesOf,
  FITTED,
  inverse,
  matrixOf,
  mirrored,
  nudged,
  panned,
  sidesOf,
  turned,
  type View,
  zoomed,
} from './view';

const film = { width: 200, height: 100 };
const viewport = { width: 400, height: 400 };
const on = (view: View, x: number, y: number) => apply(matrixOf(view, film, viewport), { x, y });
const close = (point: { x: number; y: number }, x: number, y: number) => {
  expect(point.x).toBeCloseTo(x);
  expect(point.y).toBeCloseTo(y);
};

describe('a view', () => {
  it('fits the film into the middle', () => {
    close(on(FITTED, 0, 0), 0, 100);
    close(on(FITTED, 200, 100), 400, 300);
  });

  it('turns clockwise and fits what has become upright', () => {
    const view = turned(FITTED);
    // The upper left corner goes to the upper right.
    close(on(view, 0, 0), 300, 0);
    close(on(view, 200, 0), 300, 400);
  });

  it('mirrors as seen, also when turned', () => {
    close(on(mirrored(FITTED), 0, 0), 400, 100);
    close(on(mirrored(turned(FITTED)), 0, 0), 100, 0);
  });

  it('is itself again after four turns, or two mirrors', () => {
    expect(turned(turned(turned(turned(FITTED))))).toEqual(FITTED);
    expect(mirrored(mirrored(FITTED))).toEqual(FITTED);
  });

  it.each([FITTED, turned(FITTED), mirrored(turned(FITTED))])(
    'keeps the point under the pointer when zooming',
    (view) => {
      const pointer = { x: 250, y: 180 };
      const before = apply(inverse(matrixOf(view, film, viewport)), pointer);
      const after = zoomed(view, 2, pointer, film, viewport);
      close(on(after, before.x, before.y), pointer.x, pointer.y);
      expect(after.zoom).toBe(2);
    },
  );

  it.each([FITTED, turned(FITTED), mirrored(FITTED)])('moves with the hand', (view) => {
    const before = on(view, 100, 50);
    const after = on(panned(view, { x: 30, y: -20 }, film, viewport), 100, 50);
    close(after, before.x + 30, before.y - 20);
  });

  it('never loses the film', () => {
    const { centre } = panned(FITTED, { x: -9999, y: 9999 }, film, viewport);
    expect(centre).toEqual({ x: 1, y: 0 });
    expect(zoomed(FITTED, 1e9, { x: 0, y: 0 }, film, viewport).zoom).toBeLessThanOrEqual(64);
  });
});

it('knows where the patient’s sides lie, and what was done to the film', () => {
  const once = turned(FITTED);
  const both = mirrored(once);
  expect(sidesOf(FITTED.orientation)).toEqual({ R: 'left', L: 'right' });
  expect(sidesOf(mirrored(FITTED).orientation)).toEqual({ R: 'right', L: 'left' });
  // Clockwise: what was on the left is above.
  expect(sidesOf(once.orientation)).toEqual({ R: 'top', L: 'bottom' });
  expect(changesOf(FITTED.orientation)).toEqual({ mirrored: false, turned: 0 });
  expect(changesOf(once.orientation)).toEqual({ mirrored: false, turned: 90 });
  expect(changesOf(turned(turned(FITTED)).orientation)).toEqual({ mirrored: false, turned: 180 });
  expect(changesOf(mirrored(FITTED).orientation)).toEqual({ mirrored: true, turned: 0 });
  expect(changesOf(both.orientation).mirrored).toBe(true);
});

it('moves by keys as the film lies', () => {
  expect(nudged(FITTED, 1, 0).centre).toEqual({ x: 0.4, y: 0.5 });
  expect(nudged(mirrored(FITTED), 1, 0).centre).toEqual({ x: 0.6, y: 0.5 });
  // Turned clockwise, to the right of the screen is upwards on the film.
  expect(nudged(turned(FITTED), 1, 0).centre).toEqual({ x: 0.5, y: 0.6 });
});
