import type { ReactNode } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { extensionOfDataUrl, saveDataUrl, saveJson } from '../../../lib/download';
import { formatMilliseconds, formatSignificant } from '../../../lib/format';
import { text } from '../messages';
import type { Prediction, Study } from '../types';
import styles from './Details.module.css';

interface DetailsProps {
  study: Study;
  prediction: Prediction;
}

/** Where the result came from, and how to take it along. */
export function Details({ study, prediction }: DetailsProps) {
  const { model, input, explanation, timings_ms: timings } = prediction;
  const stem = study.name.replace(/\.[^.]*$/, '');
  return (
    <section aria-label={text.details.title}>
      <dl className={styles.facts}>
        <Fact term={text.details.model}>
          <a href={`/models/${encodeURIComponent(model.version)}/card`}>
            {text.details.modelCard(model.name, model.version)}
          </a>
        </Fact>
        {explanation && (
          <Fact term={text.details.explanation}>
            {text.details.method(explanation.target, formatSignificant(explanation.peak))}
          </Fact>
        )}
        <Fact term={text.details.time}>{formatMilliseconds(timings.total)}</Fact>
        <Fact term={text.details.checksum}>
          <code>{input.sha256.slice(0, 12)}</code>
        </Fact>
      </dl>
      <div className={styles.downloads}>
        <Button onClick={() => saveJson(prediction, `${stem}.severity.json`)}>
          <DownloadIcon />
          {text.details.json}
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
            {text.details.overlay}
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
