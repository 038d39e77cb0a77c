import { useId } from 'react';
import styles from './Slider.module.css';

interface SliderProps {
  label: string;
  /** Whole per cent, 0 to 100. */
  value: number;
  onChange: (value: number) => void;
}

/** A quantity from 0 to 100 per cent. */
export function Slider({ label, value, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className={styles.slider}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <span className={styles.value} aria-hidden="true">
        {value}%
      </span>
      <input
        id={id}
        type="range"
        className={styles.input}
        min={0}
        max={100}
        step={5}
        value={value}
        aria-valuetext={`${value}%`}
        style={{ '--filled': `${value}%` }}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
