import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import type { Film } from './decode/film';
import { drawFilm } from './drawFilm';
import styles from './FilmView.module.css';
import type { Matrix, Point } from './view';

/** Across, in CSS pixels. */
const SIZE = 220;
const FACTOR = 2.5;

interface LensProps {
  film: Film;
  pixels: Uint32Array;
  viewport: RefObject<HTMLElement | null>;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
  /** Device pixels for one of CSS. */
  ratio: number;
}

/** A magnifying glass that follows the pointer: the plain film, without its map. */
export function Lens({ film, pixels, viewport, matrix, ratio }: LensProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point | null>(null);
  const show = useEffectEvent((at: Point | null) => {
    const glass = canvas.current;
    last.current = at;
    if (!glass) {
      return;
    }
    glass.hidden = at === null;
    if (at) {
      const [a, b, c, d, e, f] = matrix;
      const scale = FACTOR * ratio;
      const middle = (SIZE * ratio) / 2;
      glass.style.translate = `${at.x - SIZE / 2}px ${at.y - SIZE / 2}px`;
      drawFilm(glass, film, pixels, [
        a * scale,
        b * scale,
        c * scale,
        d * scale,
        (e - at.x) * scale + middle,
        (f - at.y) * scale + middle,
      ]);
    }
  });
  useEffect(() => {
    const element = viewport.current;
    const listening = new AbortController();
    const { signal } = listening;
    element?.addEventListener(
      'pointermove',
      ({ clientX, clientY }) => {
        const box = element.getBoundingClientRect();
        show({ x: clientX - box.left, y: clientY - box.top });
      },
      { signal },
    );
    element?.addEventListener('pointerleave', () => show(null), { signal });
    return () => listening.abort();
  }, [viewport]);
  // The film may change beneath a pointer that rests.
  // biome-ignore lint/correctness/useExhaustiveDependencies: all that is drawn depends on.
  useEffect(() => {
    if (last.current) {
      show(last.current);
    }
  }, [film, pixels, matrix, ratio]);
  return (
    <canvas
      ref={canvas}
      className={styles.lens}
      width={Math.round(SIZE * ratio)}
      height={Math.round(SIZE * ratio)}
      hidden
    />
  );
}
