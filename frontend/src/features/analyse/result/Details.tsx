import type { ReactNode } from 'react';
import { Disclosure } from '../../../components/Disclosure';
import { useFormat, useText } from '../../../i18n/context';
import { hrefOf } from '../../../lib/route';
import type { Graded } from '../../../report/content';
import styles from './Details.module.css';

const STEPS = ['decode', 'model', 'explain', 'encode'] as const;

/** Where the result came from. */
export function Details({ graded }: { graded: Graded }) {
  const text = useText('analyse');
  const format = useFormat();
  const { model, input, explanation, timings_ms: timings } = graded.prediction;
  const lungs = explanation?.lung_fraction;
  return (
    <section className={styles.details} aria-label={text.details.title} data-print="off">
      <details className={styles.technical}>
        <Disclosure>{text.details.technical}</Disclosure>
        <dl className={styles.facts}>
          <Fact term={text.details.model}>
            <a href={hrefOf({ page: 'model', version: model.version })}>
              {text.details.modelCard(model.name, model.version)}
            </a>
          </Fact>
          {explanation && (
            <Fact term={text.details.explanation}>
              {text.details.method(explanation.target)},{' '}
              {text.details.peak(format.significant(explanation.peak))}
            </Fact>
          )}
          {lungs != null && <Fact term={text.details.lungs}>{format.share(lungs)}</Fact>}
          <Fact term={text.details.time}>{format.milliseconds(timings.total)}</Fact>
          {STEPS.map((step) => (
            <Fact key={step} term={text.details.steps[step]}>
              {format.milliseconds(timings[step])}
            </Fact>
          ))}
          <Fact term={text.details.checksum}>
            <code>{input.sha256.slice(0, 12)}</code>
          </Fact>
        </dl>
      </details>
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
