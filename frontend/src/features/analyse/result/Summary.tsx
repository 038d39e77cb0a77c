import type { Ref } from 'react';
import { useFormat, useText } from '../../../i18n/context';
import type { Prediction } from '../../../lib/prediction';
import { useVersion, type Version } from '../../../lib/version';
import type { State } from '../shownState';
import { Findings } from './Findings';
import { Plausible } from './Plausible';
import { Ruler } from './Ruler';
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
  const reading = useText('reading');
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
          <Worth prediction={null} version={null} />
          <Ruler prediction={null} readersDiffer={null} />
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
    case 'hidden':
      return (
        <>
          <h1 ref={heading} tabIndex={-1} className={styles.pending}>
            {reading.hiddenTitle}
          </h1>
          <p className={styles.lead}>{reading.hiddenLead(state.study.name)}</p>
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
  const { loaded } = useVersion(prediction.model.version, prediction.input.sha256);
  const version = loaded.state === 'ready' ? loaded.version : null;
  const { accepted, findings } = prediction.quality;
  return (
    <>
      {/* First of all: what follows is no judgement. */}
      {!accepted && <Findings findings={findings} forced />}
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
          // Of films that are fit to be graded: no word on this one where it is not.
          coverage={accepted ? (version?.manifest.conformal.coverage ?? null) : null}
        />
      )}
      {accepted && <Findings findings={findings} />}
      {accepted && <Worth prediction={prediction} version={version} />}
      <Ruler
        prediction={prediction}
        readersDiffer={version?.manifest.evaluation?.readers_brixia?.total_mae.value ?? null}
      />
    </>
  );
}

interface WorthProps {
  prediction: Prediction | null;
  version: Version | null;
}

/** How often this grade of the version's is right. Until that is known, the line keeps its place. */
function Worth({ prediction, version }: WorthProps) {
  const text = useText('analyse');
  const precision = prediction && version?.metrics.per_class[prediction.severity]?.precision;
  return (
    <p className={styles.worth}>
      {prediction &&
        precision &&
        text.result.rightWhen(prediction.severity, precision, version.metrics.images)}
    </p>
  );
}
