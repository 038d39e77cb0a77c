import { useText } from '../i18n/context';
import type { Spacing } from './decode/film';
import styles from './FilmView.module.css';

/** Lengths of the bar, in millimetres. */
const LENGTHS = [1, 2, 5, 10, 20, 50, 100, 200];
const LONGEST_SHARE = 0.3;

interface ScaleBarProps {
  spacing: Spacing;
  /** CSS pixels for one pixel of the film. */
  scale: number;
  /** Whether the film lies on its side, so that its rows run across the screen. */
  onSide: boolean;
  /** Of the viewport, in CSS pixels. */
  width: number;
}

/** A bar of round length, for judging sizes by eye. */
export function ScaleBar({ spacing, scale, onSide, width }: ScaleBarProps) {
  const text = useText('viewer');
  const perMillimetre = scale / (onSide ? spacing.row : spacing.column);
  const fitting = LENGTHS.filter((length) => length * perMillimetre <= LONGEST_SHARE * width);
  const length = fitting.at(-1) ?? 1;
  return (
    <p className={styles.scale} style={{ '--length': `${length * perMillimetre}px` }}>
      {text.scaleBar(length, spacing.atDetector)}
    </p>
  );
}
