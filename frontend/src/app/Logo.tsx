import styles from './Header.module.css';

/** The three grades, rising. */
export function Logo() {
  return (
    <svg className={styles.logo} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M4 20v-4" data-severity="mild" />
      <path d="M12 20v-9" data-severity="moderate" />
      <path d="M20 20V4" data-severity="severe" />
    </svg>
  );
}
