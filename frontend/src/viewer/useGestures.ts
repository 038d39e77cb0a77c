import { type RefObject, useEffect, useEffectEvent } from 'react';
import type { Ruler } from './measure';
import { FITTED, type Point, panned, type Size, type View, ZOOM_STEP, zoomed } from './view';

/** What a drag with the main button does. */
export type Tool = 'window' | 'pan' | Ruler;

interface Gestures {
  readonly film: Size;
  readonly viewport: Size | null;
  readonly view: View;
  readonly tool: Tool;
  onView: (view: View) => void;
  /** By so many CSS pixels since the drag began. */
  onWindow: (right: number, down: number, phase: 'start' | 'move') => void;
}

/** One notch of a wheel is about 100; a trackpad sends many small ones. */
const WHEEL_NOTCH = 100;

/** Where in the element an event happened, in CSS pixels. */
function pointIn(element: Element, event: MouseEvent): Point {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** Wheel, drag and pinch on the viewport. */
export function useGestures(element: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const { film, viewport, view, tool, onView, onWindow } = gestures;

  const wheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    if (viewport && element.current) {
      const factor = ZOOM_STEP ** (-event.deltaY / WHEEL_NOTCH);
      onView(zoomed(view, factor, pointIn(element.current, event), film, viewport));
    }
  });
  const pan = useEffectEvent((from: View, by: Point) => {
    if (viewport) {
      onView(panned(from, by, film, viewport));
    }
  });
  const pinch = useEffectEvent((from: View, factor: number, about: Point, by: Point) => {
    if (viewport) {
      onView(panned(zoomed(from, factor, about, film, viewport), by, film, viewport));
    }
  });
  const begin = useEffectEvent((event: PointerEvent) => {
    // The middle button, or Shift, always moves the film; the right one always sets its window.
    const pans = event.button !== 2 && (tool === 'pan' || event.button === 1 || event.shiftKey);
    // A line is drawn meanwhile (Measures): the film beneath it stays as it is.
    const draws = event.button === 0 && !pans && (tool === 'length' || tool === 'ratio');
    const does = pans ? 'pan' : draws ? 'nothing' : 'window';
    if (does === 'window') {
      onWindow(0, 0, 'start');
    }
    return { view, does } as const;
  });
  const fitAgain = useEffectEvent(() => onView({ ...FITTED, orientation: view.orientation }));
  const drag = useEffectEvent((right: number, down: number) => onWindow(right, down, 'move'));

  useEffect(() => {
    const target = element.current;
    if (!target) {
      return;
    }
    const listening = new AbortController();
    const { signal } = listening;
    const pointers = new Map<number, { start: Point; now: Point }>();
    let origin: { view: View; does: 'pan' | 'window' | 'nothing' } | null = null;

    const restart = (event: PointerEvent) => {
      for (const pointer of pointers.values()) {
        pointer.start = pointer.now;
      }
      origin = begin(event);
    };
    const down = (event: PointerEvent) => {
      if (event.button > 2) {
        return;
      }
      target.setPointerCapture(event.pointerId);
      const point = pointIn(target, event);
      pointers.set(event.pointerId, { start: point, now: point });
      restart(event);
    };
    const move = (event: PointerEvent) => {
      const pointer = pointers.get(event.pointerId);
      if (!pointer || !origin) {
        return;
      }
      pointer.now = pointIn(target, event);
      const [one, other] = [...pointers.values()];
      if (one && other) {
        const apart = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y) || 1;
        const middle = (a: Point, b: Point) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
        const [from, to] = [middle(one.start, other.start), middle(one.now, other.now)];
        const factor = apart(one.now, other.now) / apart(one.start, other.start);
        pinch(origin.view, factor, from, { x: to.x - from.x, y: to.y - from.y });
      } else if (one && event.pointerType !== 'touch') {
        // One finger is the page's: it scrolls.
        const by = { x: pointer.now.x - pointer.start.x, y: pointer.now.y - pointer.start.y };
        if (origin.does === 'pan') {
          pan(origin.view, by);
        } else if (origin.does === 'window') {
          drag(by.x, by.y);
        }
      }
    };
    const up = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      if (pointers.size > 0) {
        restart(event);
      }
    };
    const two = (event: TouchEvent) => {
      // Else the browser would take them for a scroll of the page.
      if (event.touches.length > 1 && event.cancelable) {
        event.preventDefault();
      }
    };
    const fit = () => fitAgain();
    target.addEventListener('touchstart', two, { passive: false, signal });
    target.addEventListener('touchmove', two, { passive: false, signal });
    target.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    target.addEventListener('dblclick', fit, { signal });
    target.addEventListener('wheel', wheel, { passive: false, signal });
    target.addEventListener('pointerdown', down, { signal });
    target.addEventListener('pointermove', move, { signal });
    target.addEventListener('pointerup', up, { signal });
    target.addEventListener('pointercancel', up, { signal });
    return () => listening.abort();
  }, [element]);
}
