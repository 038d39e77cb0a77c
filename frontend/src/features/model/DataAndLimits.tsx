import { useText } from '../../i18n/context';
import type { Version } from '../../lib/version';
import styles from './ModelPage.module.css';

/** Where the version comes from, and what it must not be used for. */
export function DataAndLimits({ manifest }: { manifest: Version['manifest'] }) {
  const text = useText('model');
  const { data, conformal, weights, created, intended_use, licence } = manifest;
  return (
    <section className={styles.section} aria-labelledby="model-data">
      <h2 id="model-data">{text.sections.data}</h2>
      <div className={styles.prose}>
        <p>{text.data(data.images, data.patients, data.folds)}</p>
        <p>{text.calibration(conformal.coverage, conformal.threshold)}</p>
        <ul className={styles.limits}>
          {text.limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
        <p className={styles.note}>{text.licence}:</p>
        <blockquote className={styles.stated} lang="en">
          {intended_use} {licence}
        </blockquote>
        <p className={styles.note}>
          {text.made(new Date(created))}. {text.files}: <code>{weights.sha256.slice(0, 16)}</code>
        </p>
      </div>
    </section>
  );
}
