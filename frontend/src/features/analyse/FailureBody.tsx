import type { ReactNode } from 'react';
import { Button } from '../../components/Button';
import { AlertIcon } from '../../components/icons';
import { useText } from '../../i18n/context';
import { describeFailure } from '../../i18n/describeFailure';
import type { Failure } from '../../lib/failure';
import styles from './FailureBody.module.css';
import { OpenButton } from './intake/OpenButton';
import { Findings } from './result/Findings';

interface FailureBodyProps {
  failure: Failure;
  onRetry: () => void;
  onFiles: (files: File[]) => void;
  /** Judges the image although the gate rejected it. */
  onForce: () => void;
  /** What mends the image, where this page can. */
  repair: ReactNode;
}

/** Why there is no result, and what to do next. */
export function FailureBody(props: FailureBodyProps) {
  const { failure, onRetry, onFiles, onForce, repair } = props;
  const text = useText('analyse');
  const shared = useText('shared');
  const quality = useText('quality');
  const { findings } = failure;
  const { title, detail, hint, retry, known } = describeFailure(failure, useText('failures'));
  return (
    <div className={styles.failure}>
      <div role="alert">
        <h2 className={styles.title}>
          <AlertIcon />
          {title}
        </h2>
        {findings ? (
          <Findings findings={findings} />
        ) : (
          detail && <p className={styles.detail}>{detail}</p>
        )}
        {/* Where a button does it, it need not be told. */}
        {!repair && <p className={styles.hint}>{hint}</p>}
      </div>
      <div className={styles.actions}>
        {repair}
        {findings && (
          <Button look={repair ? 'plain' : 'primary'} onClick={onForce}>
            {quality.force}
          </Button>
        )}
        {retry && (
          <Button look="primary" onClick={onRetry}>
            {shared.retry}
          </Button>
        )}
        <OpenButton
          look={retry || findings ? 'plain' : 'primary'}
          label={text.intake.choose}
          onFiles={onFiles}
        />
      </div>
      {findings && <p className={styles.hint}>{quality.caution}</p>}
      {!known && <p className={styles.code}>{text.failed.code(failure.code)}</p>}
    </div>
  );
}
