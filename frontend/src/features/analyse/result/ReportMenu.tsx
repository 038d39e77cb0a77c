import { useId, useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { useLanguage } from '../../../i18n/context';
import type { Graded } from '../../../report/content';
import { REPORT_KINDS, type ReportKind, saveReport } from '../../../report/save';
import styles from './ReportMenu.module.css';

type Outcome =
  | { readonly state: 'idle' | 'making' | 'failed' }
  | { readonly state: 'saved'; readonly name: string };

/** The ways to take a result along, behind one button. */
export function ReportMenu({ graded }: { graded: Graded }) {
  const { catalogue, language } = useLanguage();
  const text = catalogue.report;
  const list = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>({ state: 'idle' });
  const kinds = REPORT_KINDS.filter((kind) => kind !== 'png' || graded.prediction.explanation);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const save = async (kind: ReportKind) => {
    close();
    setOutcome({ state: 'making' });
    try {
      setOutcome({ state: 'saved', name: await saveReport(kind, graded, catalogue, language) });
    } catch {
      setOutcome({ state: 'failed' });
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears what bubbles from the buttons within.
    <div
      className={styles.menu}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) {
          setOpen(false);
        }
      }}
      onKeyDown={(event) => {
        if (open && event.key === 'Escape') {
          event.preventDefault();
          close();
        }
      }}
    >
      <Button
        ref={button}
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        onClick={() => setOpen(!open)}
      >
        <DownloadIcon />
        {text.menu}
      </Button>
      {open && (
        <ul id={list} className={styles.list}>
          {kinds.map((kind) => (
            <li key={kind}>
              <button type="button" className={styles.item} onClick={() => void save(kind)}>
                {text[kind]}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.outcome} aria-live="polite">
        {outcome.state === 'making' && text.making}
        {outcome.state === 'saved' && text.saved(outcome.name)}
      </p>
      {outcome.state === 'failed' && (
        <p className={styles.outcome} role="alert">
          {text.failed}
        </p>
      )}
    </div>
  );
}
