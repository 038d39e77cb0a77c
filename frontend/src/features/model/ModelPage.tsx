import { Suspense, useState } from 'react';
import { Button } from '../../components/Button';
import { AlertIcon } from '../../components/icons';
import { loadable } from '../../components/loadable';
import { useText } from '../../i18n/context';
import { describeFailure } from '../../i18n/describeFailure';
import type { Failure } from '../../lib/failure';
import { useVersion, type Version } from '../../lib/version';
import { Confusion } from './Confusion';
import { Coverage } from './Coverage';
import { DataAndLimits } from './DataAndLimits';
import { MetricsTable } from './MetricsTable';
import styles from './ModelPage.module.css';
import { RawLink } from './RawLink';
import { Reliability } from './Reliability';
import { Subgroups } from './Subgroups';

const Card = loadable(() => import('./Card'));

interface ModelPageProps {
  /** `null`: the one that answers by default. */
  version: string | null;
}

/** What a version of the model is worth, as it was measured. */
export default function ModelPage({ version }: ModelPageProps) {
  const text = useText('model');
  const { loaded, retry } = useVersion(version);
  switch (loaded.state) {
    case 'loading':
      return (
        <p className={styles.loading} role="status">
          {text.loading}
        </p>
      );
    case 'failed':
      return <Failed failure={loaded.failure} onRetry={retry} />;
    case 'ready':
      return <Model details={loaded.version} />;
  }
}

function Failed({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const text = useText('model');
  const shared = useText('shared');
  const { title, detail, hint } = describeFailure(failure, useText('failures'));
  return (
    <div className={styles.failed}>
      <div role="alert">
        <h1 className={styles.title}>
          <AlertIcon />
          {text.unavailable}
        </h1>
        <p>
          {title}. {detail}
        </p>
        <p>{hint}</p>
      </div>
      <Button
        look="primary"
        onClick={({ currentTarget }) => {
          // The button goes: the focus must not start again from the top of the page.
          currentTarget.closest<HTMLElement>('main')?.focus({ preventScroll: true });
          onRetry();
        }}
      >
        {shared.retry}
      </Button>
    </div>
  );
}

function Model({ details }: { details: Version }) {
  const text = useText('model');
  const { manifest, metrics } = details;
  const { evaluation } = manifest;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 className={styles.title}>{text.title(manifest.name, manifest.version)}</h1>
        <p className={styles.lead}>{text.lead(metrics.images, metrics.patients)}</p>
      </header>
      <MetricsTable evaluation={evaluation} />
      <div className={styles.pair}>
        <Confusion matrix={metrics.confusion_matrix} seeds={metrics.seeds} />
        <Reliability calibration={evaluation.calibration.after} />
        <Coverage selective={evaluation.selective} sets={evaluation.conformal} />
      </div>
      <Subgroups subgroups={evaluation.subgroups} />
      <DataAndLimits manifest={manifest} />
      <CardSection card={details.card} version={manifest.version} />
    </div>
  );
}

function CardSection({ card, version }: { card: string; version: string }) {
  const text = useText('model');
  const shared = useText('shared');
  const [open, setOpen] = useState(false);
  return (
    <section className={styles.section} aria-labelledby="model-card">
      <h2 id="model-card">{text.sections.card}</h2>
      <p className={styles.note}>{text.cardNote}</p>
      <p className={styles.actions}>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? shared.close : text.sections.card}
        </Button>
        <RawLink path="/models/{version}/card" href={card} version={version}>
          {text.rawCard}
        </RawLink>
        <RawLink
          path="/models/{version}"
          href={`/models/${encodeURIComponent(version)}`}
          version={version}
        >
          {text.rawManifest}
        </RawLink>
      </p>
      {open && (
        <Suspense fallback={<p role="status">{shared.loading}</p>}>
          {/* Another version's is another one, whatever became of this. */}
          <Card key={version} version={version} />
        </Suspense>
      )}
    </section>
  );
}
