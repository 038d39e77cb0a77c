import { type PointerEvent, useState } from 'react';
import { useFormat, useText } from '../i18n/context';
import type { Spacing } from './decode/film';
import styles from './FilmView.module.css';
import { type Line, lengthOf, type Measured, type Ruler, ratioOf, withLine } from './measure';
import { apply, inverse, type Matrix, type Point } from './view';

interface MeasuresProps {
  measured: Measured;
  /** What a drag measures; `null`: what was measured is shown, and drags do what they do else. */
  ruler: Ruler | null;
  spacing: Spacing | null;
  /** From the film's pixels to CSS pixels. */
  matrix: Matrix;
  onMeasured: (measured: Measured) => void;
}

/** Lines that were drawn on the film, with what they measure. They lie on the film, not on the screen. */
export function Measures({ measured, ruler, spacing, matrix, onMeasured }: MeasuresProps) {
  const text = useText('viewer').measures;
  const format = useFormat();
  const [drawn, setDrawn] = useState<Line | null>(null);
  const at = ({ currentTarget, clientX, clientY }: PointerEvent): Point => {
    const box = currentTarget.getBoundingClientRect();
    return apply(inverse(matrix), { x: clientX - box.left, y: clientY - box.top });
  };
  const begin = (event: PointerEvent) => {
    if (ruler && event.button === 0) {
      // Else the film would be moved as well.
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrawn({ from: at(event), to: at(event) });
    }
  };
  const move = (event: PointerEvent) => drawn && setDrawn({ ...drawn, to: at(event) });
  const end = () => {
    if (drawn && ruler && lengthOf(drawn, null) > 2) {
      onMeasured(withLine(measured, ruler, drawn));
    }
    setDrawn(null);
  };
  const shown = drawn && ruler ? withLine(measured, ruler, drawn) : measured;
  const long = (line: Line) => {
    const length = lengthOf(line, spacing);
    return spacing
      ? text.millimetres(format.integer(length), spacing.atDetector)
      : text.pixels(format.integer(length));
  };
  const ratio = ratioOf(shown);
  const lines = [
    ...(shown.length ? [[long(shown.length), shown.length] as const] : []),
    ...shown.ratio.map((line, index) => {
      const name = index === 0 ? text.heart : text.chest;
      const told = index === 1 && ratio !== null ? `${text.ratio(format.kappa(ratio))} · ` : '';
      return [`${told}${name} ${long(line)}`, line] as const;
    }),
  ];
  return (
    <svg
      className={styles.measures}
      data-measuring={ruler !== null}
      role="img"
      aria-label={lines.map(([words]) => words).join(', ') || text.none}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setDrawn(null)}
    >
      {lines.map(([words, { from, to }], index) => {
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
