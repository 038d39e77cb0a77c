import { useLanguage } from '../../../i18n/context';
import { type Graded, reportContent } from '../../../report/content';
import styles from './Details.module.css';

/**
 * What the page folds away, keeps in a form or does not say, and a printed sheet must: which film
 * this is, when it was graded and by which version, and what a person said of it.
 */
export function OnPaper({ graded }: { graded: Graded }) {
  const { catalogue } = useLanguage();
  const { reading, impression, impressionTitle, facts } = reportContent(graded, catalogue);
  return (
    <section className={styles.paper} data-print="only">
      <dl className={styles.facts}>
        {facts.map(([term, value]) => (
          <div key={term} className={styles.fact}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {reading.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {/* The result's own words stand on the sheet already. */}
      {graded.impression != null && (
        <p>
          {impressionTitle}: {impression}
        </p>
      )}
    </section>
  );
}
