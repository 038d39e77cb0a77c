import { Disclosure } from '../../../components/Disclosure';
import { useText } from '../../../i18n/context';
import styles from './Guide.module.css';

/** How to read a result: open before there is one, folded away beside it. */
export function Guide({ folded }: { folded: boolean }) {
  const text = useText('analyse');
  const entries = (
    <dl className={styles.entries}>
      {text.guide.entries.map((entry) => (
        <div key={entry.term}>
          <dt className={styles.term}>{entry.term}</dt>
          <dd className={styles.text}>{entry.text}</dd>
        </div>
      ))}
    </dl>
  );
  if (folded) {
    return (
      <details className={styles.guide} data-print="off">
        <Disclosure>{text.guide.title}</Disclosure>
        {entries}
      </details>
    );
  }
  return (
    <section className={styles.guide} aria-labelledby="guide-title">
      <h2 id="guide-title" className={styles.title}>
        {text.guide.title}
      </h2>
      {entries}
    </section>
  );
}
