import { text } from '../messages';
import styles from './DropVeil.module.css';

/** Covers the page while a file hovers over it. */
export function DropVeil() {
  return (
    <div className={styles.veil} aria-hidden="true">
      <p className={styles.label}>{text.intake.dropNow}</p>
    </div>
  );
}
