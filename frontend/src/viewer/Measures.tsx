import { type PointerEvent, useEffect, useState } from 'react';
import { useLanguage } from '../i18n/context';
import type { Spacing } from './decode/film';
import styles from './FilmView.module.css';
import { type Line, labelled, lengthOf, type Measured, type Ruler, withLine } from './measure';
import { apply, inverse, type Matrix, type Point, type Size, viewBoxOf } from './view';

interface MeasuresProps {
  measured: Measured;
  /** What is measured; `null`: what was measured is shown, and drags do what they do else. */
  ruler: Ruler | null;
  spacing: Spacing | null;
  /** Of the viewport, in CSS pixels. */
  size: Size;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
  onMeasured: (measured: Measured) => void;
}

/** A line on its way: by a drag, or from one click to the next. */
interface Drawn {
  readonly line: Line;
  /** What holds its end; `null` between two clicks, when it follows without being held. */
  readonly pointer: number | null;
  /** Whether a click has made its beginning. */
  readonly clicked: boolean;
}

/** Pixels of the film that the shortest line has more than. */
const SHORT = 2;
/** CSS pixels that a hand may move by in a click. */
const SHAKE = 3;

/**
 * Lines that were drawn on the film, with what they measure. They lie on the film, not on the
 * screen. Whoever cannot drag clicks where a line begins and again where it ends (WCAG 2.5.7).
 */
export function Measures({ measured, ruler, spacing, size, matrix, onMeasured }: MeasuresProps) {
  const { catalogue } = useLanguage();
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const drawing = drawn !== null;
  useEffect(() => {
    if (!drawing) {
      return;
    }
    const giveUp = ({ key }: KeyboardEvent) => key === 'Escape' && setDrawn(null);
    window.addEventListener('keydown', giveUp);
    return () => window.removeEventListener('keydown', giveUp);
  }, [drawing]);
  const at = ({ currentTarget, clientX, clientY }: PointerEvent): Point => {
    const box = currentTarget.getBoundingClientRect();
    return apply(inverse(matrix), { x: clientX - box.left, y: clientY - box.top });
  };
  const begin = (event: PointerEvent) => {
    const { currentTarget, pointerId } = event;
    if (drawn && drawn.pointer !== null && pointerId !== drawn.pointer) {
      // Two fingers move the film: what the first one began is no line.
      setDrawn(null);
    } else if (ruler && event.isPrimary && event.button === 0 && !event.shiftKey) {
      currentTarget.setPointerCapture(pointerId);
      const to = at(event);
      const line = { from: drawn?.line.from ?? to, to };
      setDrawn({ line, pointer: pointerId, clicked: drawing });
    }
  };
  const move = (event: PointerEvent) => {
    if (drawn && (drawn.pointer === null || drawn.pointer === event.pointerId)) {
      setDrawn({ ...drawn, line: { ...drawn.line, to: at(event) } });
    }
  };
  const isClick = ({ from, to }: Line) =>
    lengthOf({ from, to }, null) <= SHORT ||
    lengthOf({ from: apply(matrix, from), to: apply(matrix, to) }, null) <= SHAKE;
  const end = ({ pointerId }: PointerEvent) => {
    if (!ruler || drawn?.pointer !== pointerId) {
      return;
    }
    if (isClick(drawn.line)) {
      // Twice in one place is no line.
      setDrawn(drawn.clicked ? null : { ...drawn, pointer: null, clicked: true });
      return;
    }
    onMeasured(withLine(measured, ruler, drawn.line));
    setDrawn(null);
  };
  const shown = drawn && ruler ? withLine(measured, ruler, drawn.line) : measured;
  const lines = labelled(shown, spacing, catalogue);
  return (
    <svg
      className={styles.measures}
      viewBox={viewBoxOf(size)}
      data-measuring={ruler !== null}
      role="img"
      aria-label={lines.map(({ words }) => words).join(', ') || catalogue.viewer.measures.none}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setDrawn(null)}
    >
      {lines.map(({ words, line: { from, to } }, index) => {
        const [one, other] = [apply(matrix, from), apply(matrix, to)];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing else to be known by
          <g key={index}>
            <line className={styles.measure} x1={one.x} y1={one.y} x2={other.x} y2={other.y} />
            <text
              className={styles.measureLabel}
              x={(one.x + other.x) / 2}
              y={(one.y + other.y) / 2 - 8}
            >
              {words}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
