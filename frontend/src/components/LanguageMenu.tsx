import { useState } from 'react';
import { useLanguage } from '../i18n/context';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../i18n/languages';
import { Announcer } from './Announcer';
import styles from './LanguageMenu.module.css';

/** Chooses the page's language. Each is named in itself: who needs it may read nothing else. */
export function LanguageMenu() {
  const { language, catalogue, choose } = useLanguage();
  const text = catalogue.app;
  const [outcome, setOutcome] = useState<'none' | 'changed' | Language>('none');

  const change = async (next: Language) => {
    setOutcome('none');
    setOutcome((await choose(next)) ? 'changed' : next);
  };
  const failed = outcome !== 'none' && outcome !== 'changed';

  return (
    <div className={styles.menu}>
      <select
        className={styles.select}
        aria-label={text.language}
        value={language}
        onChange={(event) => void change(event.currentTarget.value as Language)}
      >
        {LANGUAGES.map((tag) => (
          <option key={tag} value={tag} lang={tag}>
            {LANGUAGE_NAMES[tag]}
          </option>
        ))}
      </select>
      {failed && (
        <p className={styles.failed} role="alert">
          {text.languageFailed(LANGUAGE_NAMES[outcome])}
        </p>
      )}
      <Announcer message={outcome === 'changed' ? text.languageChanged : ''} />
    </div>
  );
}
