import styles from './VisuallyHidden.module.css';

/** Speaks `message` to screen readers whenever it changes, without moving the focus. */
export function Announcer({ message }: { message: string }) {
  return (
    <p role="status" className={styles.hidden}>
      {message}
    </p>
  );
}
