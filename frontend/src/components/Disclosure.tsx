import type { ReactNode } from 'react';
import { cx } from '../lib/cx';
import styles from './Disclosure.module.css';
import { ChevronIcon } from './icons';

interface DisclosureProps {
  className?: string | undefined;
  children: ReactNode;
}

/** The line that unfolds a `details`: one look for all of the page. */
export function Disclosure({ className, children }: DisclosureProps) {
  return (
    <summary className={cx(styles.line, className)}>
      <ChevronIcon />
      {children}
    </summary>
  );
}
