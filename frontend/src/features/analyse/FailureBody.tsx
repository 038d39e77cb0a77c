import { Button } from '../../components/Button';
import { AlertIcon } from '../../components/icons';
import { useText } from '../../i18n/context';
import { describeFailure } from '../../lib/describeFailure';
import type { Failure } from '../../lib/failure';
import styles from './FailureBody.module.css';
import { OpenButton } from './intake/OpenButton';

interface FailureBodyProps {
  failure: Failure;
  onRetry: () => void;
  /** Has the film judged although the service would rather not. */
  onForce: () => void;
  onFiles: (files: File[]) => void;
}

/** Why there is no result, and what to do next. */
export function FailureBody({ failure, onRetry, onForce, onFiles }: FailureBodyProps) {
  const text = useText('analyse');
  const shared = useText('shared');
  const worklist = useText('worklist');
  const { title, detail, hint, retry } = describeFailure(failure, useText('failures'));
  const findings = failure.findings ?? [];
  return (
    <div className={styles.failure}>
      <div role="alert">
        <h2 className={styles.title}>
          <AlertIcon />
          {findings.length > 0 ? worklist.notJudged : title}
        </h2>
        {findings.length > 0 ? (
          <ul className={styles.findings}>
            {findings.map(({ code, message }) => (
              <li key={code}>{message}</li>
            ))}
          </ul>
        ) : (
          detail && <p className={styles.detail}>{detail}</p>
        )}
        <p className={styles.hint}>{findings.length > 0 ? worklist.judgeAnyway.hint : hint}</p>
      </div>
      <div className={styles.actions}>
        {findings.length > 0 && <Button onClick={onForce}>{worklist.judgeAnyway.button}</Button>}
        {findings.length === 0 && retry && (
          <Button look="primary" onClick={onRetry}>
            {shared.retry}
          </Button>
        )}
        <OpenButton
          look={retry && findings.length === 0 ? 'plain' : 'primary'}
          label={text.intake.choose}
          onFiles={onFiles}
        />
      </div>
      <p className={styles.code}>{text.failed.code(failure.code, failure.status)}</p>
    </div>
  );
}
