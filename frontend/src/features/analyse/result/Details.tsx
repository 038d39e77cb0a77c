import type { ReactNode } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { useFormat, useText } from '../../../i18n/context';
import { extensionOfDataUrl, saveDataUrl, saveJson } from '../../../lib/download';
import { hrefOf } from '../../../lib/route';
import type { Prediction, Study } from '../types';
import styles from './Details.module.css';

interface DetailsProps {
  study: Study;
  prediction: Prediction;
}

/** Where the result came from, and how to take it along. */
export function Details({ study, prediction }: DetailsProps) {
  const text = useText('analyse');
  const report = useText('report');
  const format = useFormat();
  const { model, input, explanation, timings_ms: timings } = prediction;
  const stem = study.name.replace(/\.[^.]*$/, '');
  return (
    <section aria-label={text.details.title}>
      <dl className={styles.facts}>
        <Fact term={text.details.model}>
          <a href={hrefOf({ page: 'model', version: model.version })}>
            {text.details.modelCard(model.name, model.version)}
          </a>
        </Fact>
        {explanation && (
          <Fact term={text.details.explanation}>
            {text.details.method(explanation.target, format.significant(explanation.peak))}
          </Fact>
        )}
        <Fact term={text.details.time}>{format.milliseconds(timings.total)}</Fact>
        <Fact term={text.details.checksum}>
          <code>{input.sha256.slice(0, 12)}</code>
        </Fact>
      </dl>
      <div className={styles.downloads}>
        <Button onClick={() => saveJson(prediction, `${stem}.severity.json`)}>
          <DownloadIcon />
          {report.json}
        </Button>
        {explanation && (
          <Button
            onClick={() =>
              saveDataUrl(
                explanation.overlay,
                `${stem}.${explanation.target}.${extensionOfDataUrl(explanation.overlay)}`,
              )
            }
          >
            <DownloadIcon />
            {report.overlay}
          </Button>
        )}
      </div>
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
