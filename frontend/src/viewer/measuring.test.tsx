import { fireEvent, render, screen } from '@testing-library/react';
import { useRef } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Measures } from './Measures';
import { UNMEASURED } from './measure';
import { useGestures } from './useGestures';
import { FITTED } from './view';

const SIZE = { width: 800, height: 800 };
const told = { onView: vi.fn(), onWindow: vi.fn(), onMeasured: vi.fn() };

/** A viewport in which a drag measures a length. */
function Pane() {
  const viewport = useRef<HTMLDivElement>(null);
  const { onMeasured, ...gestures } = told;
  const tool = 'length';
  useGestures(viewport, { film: SIZE, viewport: SIZE, view: FITTED, tool, ...gestures });
  return (
    <div ref={viewport}>
      <Measures
        measured={UNMEASURED}
        ruler={tool}
        spacing={null}
        size={SIZE}
        matrix={[1, 0, 0, 1, 0, 0]}
        onMeasured={onMeasured}
      />
    </div>
  );
}

const MOUSE = { pointerId: 1, pointerType: 'mouse', isPrimary: true, button: 0 };
const FINGERS = [1, 2].map((pointerId) => ({
  pointerId,
  pointerType: 'touch',
  isPrimary: pointerId === 1,
  button: 0,
}));
const at = (clientX: number, clientY: number) => ({ clientX, clientY });

function drag(with_: object) {
  const lines = screen.getByRole('img');
  fireEvent.pointerDown(lines, { ...with_, ...at(100, 100) });
  fireEvent.pointerMove(lines, { ...with_, ...at(200, 100) });
  fireEvent.pointerUp(lines, { ...with_, ...at(200, 100) });
}

beforeEach(() => {
  for (const tell of Object.values(told)) {
    tell.mockReset();
  }
  // jsdom has none.
  Element.prototype.setPointerCapture = () => undefined;
  render(<Pane />);
});

it('leaves the film and its window as they are while a line is drawn', () => {
  drag(MOUSE);
  const length = { from: { x: 100, y: 100 }, to: { x: 200, y: 100 } };
  expect(told.onMeasured.mock.calls).toEqual([[{ ...UNMEASURED, length }]]);
  expect(told.onWindow).not.toHaveBeenCalled();
  expect(told.onView).not.toHaveBeenCalled();
});

it('draws no line where a drag moves the film or sets its window', () => {
  drag({ ...MOUSE, shiftKey: true });
  expect(told.onView).toHaveBeenCalled();
  expect(told.onWindow).not.toHaveBeenCalled();
  drag({ ...MOUSE, button: 2 });
  expect(told.onWindow).toHaveBeenCalled();
  expect(told.onMeasured).not.toHaveBeenCalled();
});

it('makes no line of two fingers, which zoom', () => {
  const lines = screen.getByRole('img');
  const [one, other] = FINGERS;
  fireEvent.pointerDown(lines, { ...one, ...at(300, 400) });
  fireEvent.pointerMove(lines, { ...one, ...at(310, 400) });
  fireEvent.pointerDown(lines, { ...other, ...at(500, 400) });
  fireEvent.pointerMove(lines, { ...other, ...at(600, 400) });
  fireEvent.pointerMove(lines, { ...one, ...at(200, 400) });
  fireEvent.pointerUp(lines, { ...other, ...at(600, 400) });
  fireEvent.pointerUp(lines, { ...one, ...at(200, 400) });
  expect(told.onMeasured).not.toHaveBeenCalled();
  expect(told.onView.mock.lastCall?.[0].zoom).toBeGreaterThan(1.5);
});

describe('without a drag', () => {
  const click = (x: number, y: number) => {
    const lines = screen.getByRole('img');
    fireEvent.pointerDown(lines, { ...MOUSE, ...at(x, y) });
    fireEvent.pointerUp(lines, { ...MOUSE, ...at(x, y) });
  };
  const point = (x: number, y: number) =>
    fireEvent.pointerMove(screen.getByRole('img'), { ...MOUSE, ...at(x, y) });
  const words = () => screen.getByRole('img').getAttribute('aria-label');

  it('measures from one click to the next, with a line that follows between them', () => {
    click(100, 100);
    point(250, 100);
    expect(words()).toBe('150 px');
    expect(told.onMeasured).not.toHaveBeenCalled();
    click(300, 100);
    const length = { from: { x: 100, y: 100 }, to: { x: 300, y: 100 } };
    expect(told.onMeasured.mock.calls).toEqual([[{ ...UNMEASURED, length }]]);
    // That was all: the pointer is free again.
    point(400, 400);
    expect(words()).toBe('Nothing measured');
  });

  it('gives a line up by Escape, and by two clicks in one place', () => {
    click(100, 100);
    point(250, 100);
    fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(words()).toBe('Nothing measured');
    click(100, 100);
    click(101, 101);
    point(250, 100);
    expect(words()).toBe('Nothing measured');
    expect(told.onMeasured).not.toHaveBeenCalled();
  });

  it('leaves other buttons to the film in between', () => {
    const lines = screen.getByRole('img');
    click(100, 100);
    fireEvent.pointerDown(lines, { ...MOUSE, button: 2, ...at(200, 100) });
    fireEvent.pointerUp(lines, { ...MOUSE, button: 2, ...at(200, 100) });
    expect(told.onMeasured).not.toHaveBeenCalled();
    click(300, 100);
    expect(told.onMeasured).toHaveBeenCalledOnce();
  });
});
