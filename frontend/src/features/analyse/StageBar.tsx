import type { ReactNode } from 'react';
import styles from './Stage.module.css';

interface StageBarProps {
  name: string;
  facts?: string | undefined;
  children: ReactNode;
}

/** The stage's top line: which file this is, and what can be done. */
export function StageBar({ name, facts, children }: StageBarProps) {
  return (
    <div className={styles.bar}>
      <p className={styles.file} title={name}>
        <span className={styles.name}>{name}</span>
        {facts && <span className={styles.facts}>{facts}</span>}
      </p>
      <div className={styles.actions} data-print="off">
        {children}
      </div>
    </div>
  );
}
