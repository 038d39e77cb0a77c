import type { Ref } from 'react';
import { useFormat, useText } from '../../../i18n/context';
import type { Metrics, Prediction } from '../../../lib/prediction';
import { useVersion } from '../../../lib/version';
import type { State } from '../shownState';
import { Findings } from './Findings';
import { Plausible } from './Plausible';
import { Probabilities } from './Probabilities';
import { SeverityGlyph } from './SeverityGlyph';
import styles from './Summary.module.css';

interface SummaryProps {
  state: State;
  /** The page's heading, which takes the focus when what held it has gone. */
  heading: Ref<HTMLHeadingElement>;
}

/** What there is to say first: what this is, or how the radiograph was graded. */
export function Summary({ state, heading }: SummaryProps) {
  const text = useText('analyse');
  switch (state.phase) {
    case 'empty':
      return (
        <>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {text.intro.title}
          </h1>
          <p className={styles.lead}>{text.intro.lead}</p>
        </>
      );
    case 'running':
      // In the shape of the grade, so that nothing moves when it arrives.
      return (
        <>
          <h1 ref={heading} tabIndex={-1} className={styles.grade}>
            <span className={styles.eyebrow}>{text.running.title}</span>
            <SeverityGlyph severity={null} />
            <span className={styles.unknown} aria-hidden="true">
              –
            </span>
          </h1>
          <p className={styles.confidence}>{state.study.name}</p>
          <Worth metrics={null} />
          <Probabilities prediction={null} />
        </>
      );
    case 'failed':
      return (
        <>
          <h1 ref={heading} tabIndex={-1} className={styles.pending}>
            {text.failed.title}
          </h1>
          <p className={styles.lead}>{text.failed.lead(state.study.name)}</p>
        </>
      );
    case 'done':
      return <Grade prediction={state.shown} heading={heading} />;
  }
}

interface GradeProps {
  prediction: Prediction;
  heading: Ref<HTMLHeadingElement>;
}

function Grade({ prediction, heading }: GradeProps) {
  const text = useText('analyse');
  const { severities } = useText('shared');
  const format = useFormat();
  const { loaded } = useVersion(prediction.model.version);
  const version = loaded.state === 'ready' ? loaded.version : null;
  return (
    <>
      <h1 ref={heading} tabIndex={-1} className={styles.grade}>
        <span className={styles.eyebrow}>{text.result.eyebrow} </span>
        <SeverityGlyph severity={prediction.severity} />
        <span>{severities[prediction.severity]}</span>
      </h1>
      <p className={styles.confidence}>
        <strong>{format.probability(prediction.confidence)}</strong> {text.result.confidence}
      </p>
      {prediction.refer && (
        <Plausible
          severities={prediction.prediction_set}
          coverage={version?.manifest.conformal.coverage ?? null}
        />
      )}
      <Findings findings={prediction.quality.findings} forced={!prediction.quality.accepted} />
      {/* Of films that are fit to be graded: no word on this one where it is not. */}
      {prediction.quality.accepted && <Worth metrics={version?.metrics ?? null} />}
      <Probabilities prediction={prediction} />
    </>
  );
}

/** How often the version grades right. While that is not known, the line keeps its place. */
function Worth({ metrics }: { metrics: Metrics | null }) {
  const text = useText('analyse');
  return <p className={styles.worth}>{metrics && text.result.worth(metrics)}</p>;
}
