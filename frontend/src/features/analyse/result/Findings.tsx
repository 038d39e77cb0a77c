import { AlertIcon } from '../../../components/icons';
import { useText } from '../../../i18n/context';
import type { Finding } from '../../../lib/prediction';
import styles from './Findings.module.css';

interface FindingsProps {
  findings: readonly Finding[];
  /** Whether a grade is shown although the image was rejected. */
  forced?: boolean;
}

/** What stands against judging the image, in plain words, the gravest first. */
export function Findings({ findings, forced = false }: FindingsProps) {
  const text = useText('quality');
  if (findings.length === 0) {
    return null;
  }
  const words: Readonly<Record<string, string | undefined>> = text.codes;
  return (
    <section className={styles.findings} data-forced={forced} aria-label={text.title}>
      {forced && (
        <p className={styles.forced}>
          <AlertIcon />
          {text.rejected}
        </p>
      )}
      <ul className={styles.list}>
        {findings.map(({ code, level, message }) => (
          <li key={code} className={styles.finding} data-level={level}>
            <span className={styles.level}>{text.levels[level]}</span>
            {/* A newer service may know more codes than this page. */}
            <span>{words[code] ?? message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
