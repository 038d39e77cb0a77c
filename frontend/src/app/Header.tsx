import type { MouseEvent } from 'react';
import { Button } from '../components/Button';
import { KeyboardIcon, KeyIcon } from '../components/icons';
import { LanguageMenu } from '../components/LanguageMenu';
import { ThemeToggle } from '../components/ThemeToggle';
import { useText } from '../i18n/context';
import { useKeyHeld } from '../lib/apiKey';
import { hrefOf, type PageName, type Route } from '../lib/route';
import styles from './Header.module.css';
import { Logo } from './Logo';

interface HeaderProps {
  page: PageName;
  onShortcuts: () => void;
  onKey: () => void;
}

/** Stays in view, so that what this software is not can always be read. */
export function Header({ page, onShortcuts, onKey }: HeaderProps) {
  const text = useText('app');
  const shared = useText('shared');
  const shortcuts = useText('shortcuts');
  const keyHeld = useKeyHeld();
  const pages: readonly { route: Route; label: string }[] = [
    { route: { page: 'analyse' }, label: text.analyse },
    { route: { page: 'model', version: null }, label: text.model },
  ];
  return (
    <header className={styles.header}>
      <a href={hrefOf({ page: 'analyse' })} className={styles.brand}>
        <Logo />
        <span className={styles.name}>{shared.name}</span>
      </a>
      <p className={styles.standing}>
        <strong>{text.standing.what}</strong> {text.standing.not}
      </p>
      <nav className={styles.links} aria-label={text.pages} data-print="off">
        {pages.map(({ route, label }) => (
          <a
            key={route.page}
            href={hrefOf(route)}
            aria-current={route.page === page ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <div className={styles.tools} data-print="off">
        <LanguageMenu />
        {keyHeld && (
          <Button look="icon" aria-label={text.key.open} title={text.key.open} onClick={onKey}>
            <KeyIcon />
          </Button>
        )}
        <Button
          look="icon"
          className={styles.keyboard}
          aria-label={shortcuts.open}
          title={shortcuts.open}
          onClick={onShortcuts}
        >
          <KeyboardIcon />
        </Button>
        <ThemeToggle labels={text.theme} />
      </div>
    </header>
  );
}

/** To the content. Not by address: the hash holds the page. */
export function SkipLink({ page }: { page: PageName }) {
  const text = useText('app');
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  };
  return (
    // biome-ignore lint/a11y/useValidAnchor: a skip link is a link; the click keeps the hash.
    <a href="#main" className={styles.skip} onClick={skip}>
      {page === 'analyse' ? text.skip : text.skipToContent}
    </a>
  );
}
