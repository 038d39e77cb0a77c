import styles from './ShareBar.module.css';

interface ShareBarProps {
  /** 0 to 1. */
  share: number;
  /** For places with little room; it follows its value at once. */
  thin?: boolean;
}

/** A share as a bar, beside the number that says it; its colour is `--bar`, on `--track`. */
export function ShareBar({ share, thin = false }: ShareBarProps) {
  return (
    <span className={styles.track} data-thin={thin} aria-hidden="true">
      <span className={styles.bar} style={{ '--share': share }} />
    </span>
  );
}
