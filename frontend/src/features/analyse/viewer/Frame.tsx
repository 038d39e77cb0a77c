import type { ReactNode } from 'react';
import styles from './Viewer.module.css';

interface FrameProps {
  width: number;
  height: number;
  children: ReactNode;
}

/** The largest box of the picture's shape that fits the viewport; layers fill it exactly. */
export function Frame({ width, height, children }: FrameProps) {
  return (
    <div className={styles.frame} style={{ '--ratio': width / height }}>
      {children}
    </div>
  );
}
