import type { ReactNode } from 'react';
import { useText } from '../../../i18n/context';
import { useLimits } from '../../../lib/limits';
import styles from './IntakeStage.module.css';
import { OpenButton } from './OpenButton';

interface IntakeStageProps {
  onFiles: (files: File[]) => void;
  /** What can be settled before the first film. */
  children?: ReactNode;
}

/** The stage before anything was opened: where to put radiographs. */
export function IntakeStage({ onFiles, children }: IntakeStageProps) {
  const text = useText('analyse');
  const limits = useLimits();
  return (
    <div className={styles.intake}>
      <div className={styles.body}>
        <h2 className={styles.title}>{text.intake.title}</h2>
        <p className={styles.ways}>{text.intake.ways}</p>
        <div className={styles.buttons}>
          <OpenButton look="primary" label={text.intake.choose} onFiles={onFiles} />
          <OpenButton folder label={text.intake.chooseFolder} onFiles={onFiles} />
        </div>
        {children && <div className={styles.settled}>{children}</div>}
        <p className={styles.note}>
          {text.intake.formats(limits?.max_bytes ?? null)}
          <br />
          {text.privacy}
        </p>
      </div>
    </div>
  );
}
