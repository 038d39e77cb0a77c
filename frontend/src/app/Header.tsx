import type { ReactNode } from 'react';
import { ThemeToggle } from '../components/ThemeToggle';
import styles from './Header.module.css';
import { Logo } from './Logo';
import { text } from './messages';

/** Stays in view, so that what this software is not can always be read. */
export function Header({ links }: { links: ReactNode }) {
  return (
    <header className={styles.header}>
      <a href="/" className={styles.brand}>
        <Logo />
        {text.name}
      </a>
      <p className={styles.standing}>
        <strong>{text.standing.what}</strong> {text.standing.not}
      </p>
      <nav className={styles.links} aria-label={text.links}>
        {links}
      </nav>
      <ThemeToggle labels={text.theme} />
    </header>
  );
}
