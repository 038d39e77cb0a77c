import { useText } from '../i18n/context';
import type { Spacing } from './decode/film';
import styles from './FilmView.module.css';
import type { Size } from './view';

/** Lengths of the bar, in millimetres. */
const LENGTHS = [1, 2, 5, 10, 20, 50, 100, 200];
const LONGEST_SHARE = 0.3;

interface Scale {
  spacing: Spacing;
  /** CSS pixels for one pixel of the film. */
  scale: number;
  /** Whether the film lies on its side, so that its rows run across the screen. */
  onSide: boolean;
  /** Of the viewport, in CSS pixels. */
  size: Size;
}

/** The longest bar of a round length that fits, also into `room`, in millimetres and CSS pixels. */
export function barOf({ spacing, scale, onSide, size }: Scale, room = size.width) {
  const longest = Math.min(room, LONGEST_SHARE * size.width);
  const perMillimetre = scale / (onSide ? spacing.row : spacing.column);
  const fitting = LENGTHS.filter((length) => length * perMillimetre <= longest);
  const length = fitting.at(-1) ?? 1;
  return { length, pixels: length * perMillimetre };
}

/** A bar of round length, for judging sizes by eye. */
export function ScaleBar(props: Scale) {
  const text = useText('viewer');
  const { length, pixels } = barOf(props);
  const { width, height } = props.size;
  // A pixel of the film's canvas, which is fitted into another room on paper.
  const pixel = `min(100cqw / ${width}, 100cqh / ${height})`;
  return (
    <p className={styles.scale} style={{ '--length': `calc(${pixels} * ${pixel})` }}>
      {text.scaleBar(length, props.spacing.plane)}
    </p>
  );
}
