import type { ReactNode } from 'react';
import styles from './Figures.module.css';

/** A table of numbers; where it is wider than the page, it scrolls within itself. */
export function Figures({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fields are in it, only a name is needed.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <div className={styles.scroll} role="group" aria-label={label} tabIndex={0}>
      <table className={styles.table}>{children}</table>
    </div>
  );
}
