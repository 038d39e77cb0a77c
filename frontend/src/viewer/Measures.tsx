import { type PointerEvent, useState } from 'react';
import { useLanguage } from '../i18n/context';
import type { Spacing } from './decode/film';
import styles from './FilmView.module.css';
import { type Line, labelled, lengthOf, type Measured, type Ruler, withLine } from './measure';
import { apply, inverse, type Matrix, type Point, type Size, viewBoxOf } from './view';

interface MeasuresProps {
  measured: Measured;
  /** What a drag measures; `null`: what was measured is shown, and drags do what they do else. */
  ruler: Ruler | null;
  spacing: Spacing | null;
  /** Of the viewport, in CSS pixels. */
  size: Size;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
  onMeasured: (measured: Measured) => void;
}

/** Lines that were drawn on the film, with what they measure. They lie on the film, not on the screen. */
export function Measures({ measured, ruler, spacing, size, matrix, onMeasured }: MeasuresProps) {
  const { catalogue } = useLanguage();
  const [drawn, setDrawn] = useState<{ line: Line; pointer: number } | null>(null);
  const at = ({ currentTarget, clientX, clientY }: PointerEvent): Point => {
    const box = currentTarget.getBoundingClientRect();
    return apply(inverse(matrix), { x: clientX - box.left, y: clientY - box.top });
  };
  const begin = (event: PointerEvent) => {
    const { currentTarget, pointerId } = event;
    if (drawn && pointerId !== drawn.pointer) {
      // Two fingers move the film: what the first one began is no line.
      setDrawn(null);
    } else if (ruler && event.isPrimary && event.button === 0 && !event.shiftKey) {
      currentTarget.setPointerCapture(pointerId);
      setDrawn({ line: { from: at(event), to: at(event) }, pointer: pointerId });
    }
  };
  /** The line, where it is this pointer that draws it. */
  const lineOf = ({ pointerId }: PointerEvent) =>
    drawn?.pointer === pointerId ? drawn.line : null;
  const move = (event: PointerEvent) => {
    const line = lineOf(event);
    if (line) {
      setDrawn({ line: { ...line, to: at(event) }, pointer: event.pointerId });
    }
  };
  const end = (event: PointerEvent) => {
    const line = lineOf(event);
    if (line) {
      if (ruler && lengthOf(line, null) > 2) {
        onMeasured(withLine(measured, ruler, line));
      }
      setDrawn(null);
    }
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
