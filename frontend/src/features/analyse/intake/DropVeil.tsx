import { useText } from '../../../i18n/context';
import styles from './DropVeil.module.css';

/** Covers the page while a file hovers over it. */
export function DropVeil() {
  const text = useText('analyse');
  return (
    <div className={styles.veil} aria-hidden="true">
      <p className={styles.label}>{text.intake.dropNow}</p>
    </div>
  );
}
