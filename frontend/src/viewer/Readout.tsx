import { type RefObject, useEffect, useEffectEvent, useState } from 'react';
import { useFormat, useText } from '../i18n/context';
import type { Film } from './decode/film';
import styles from './FilmView.module.css';
import { apply, inverse, type Matrix, type Point } from './view';
import { valueAt } from './windowing';

interface ReadoutProps {
  film: Film;
  viewport: RefObject<HTMLElement | null>;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
}

/** The pixel under the pointer, and its value. */
export function Readout({ film, viewport, matrix }: ReadoutProps) {
  const text = useText('viewer');
  const format = useFormat();
  const [point, setPoint] = useState<Point | null>(null);
  const move = useEffectEvent((event: PointerEvent) => {
    const box = viewport.current?.getBoundingClientRect();
    if (box) {
      setPoint({ x: event.clientX - box.left, y: event.clientY - box.top });
    }
  });
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    viewport.current?.addEventListener('pointermove', move, { signal });
    viewport.current?.addEventListener('pointerleave', () => setPoint(null), { signal });
    return () => listening.abort();
  }, [viewport]);

  if (!point) {
    return null;
  }
  const { x, y } = apply(inverse(matrix), point);
  const value = valueAt(film, x, y);
  return (
    <p className={styles.readout} aria-hidden="true" data-print="off">
      {value !== null && text.readout(Math.floor(x), Math.floor(y), format.integer(value))}
    </p>
  );
}
