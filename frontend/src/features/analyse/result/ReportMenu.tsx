import { useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { useLanguage, useText } from '../../../i18n/context';
import { describeFailure } from '../../../i18n/describeFailure';
import type { Failure } from '../../../lib/failure';
import { formsOf, type ResultForm } from '../../../lib/resultForms';
import { type Graded, impressionOf, otherResult } from '../../../report/content';
import { REPORT_KINDS, type ReportKind, saveForm, saveReport } from '../../../report/save';
import styles from './ReportMenu.module.css';

type Outcome =
  | { readonly state: 'idle' | 'making' | 'copied' | 'uncopied' | 'failed' }
  | { readonly state: 'saved'; readonly name: string }
  | { readonly state: 'refused'; readonly form: ResultForm; readonly failure: Failure };

/** Long enough to be read; who hears it has been told at once. What failed stays. */
const SAID_MS = 10_000;

interface ImpressionProps {
  graded: Graded;
  onImpression: (impression: string | null) => void;
}

interface ReportMenuProps extends ImpressionProps {
  /** It could not be made, and the film was left before that could be said here. */
  onLost: () => void;
}

/** The ways to take a result along, behind one button, with the words that go into it. */
export function ReportMenu({ graded, onImpression, onLost }: ReportMenuProps) {
  const { catalogue, language } = useLanguage();
  const text = catalogue.report;
  const panel = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>({ state: 'idle' });
  const here = useRef(true);
  const kinds = REPORT_KINDS.filter((kind) => kind !== 'png' || graded.prediction.explanation);

  // What the page turned or inverted is a file of its own, which says of no patient whose it is.
  const forms = graded.repair ? [] : formsOf(graded.prediction);

  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  useEffect(() => {
    if (outcome.state !== 'saved' && outcome.state !== 'copied') {
      return;
    }
    const timer = setTimeout(() => setOutcome({ state: 'idle' }), SAID_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const end = (found: Outcome) => {
    if (here.current) {
      setOutcome(found);
    } else if (found.state !== 'saved') {
      onLost();
    }
  };
  const save = async (kind: ReportKind) => {
    close();
    setOutcome({ state: 'making' });
    try {
      end({ state: 'saved', name: await saveReport(kind, graded, catalogue, language) });
    } catch {
      end({ state: 'failed' });
    }
  };
  const ask = async (form: ResultForm) => {
    close();
    setOutcome({ state: 'making' });
    const saved = await saveForm(form, graded);
    end(
      saved.ok
        ? { state: 'saved', name: saved.value }
        : { state: 'refused', form, failure: saved.failure },
    );
  };
  const copy = async () => {
    close();
    let state: 'copied' | 'uncopied' | 'failed' = 'failed';
    try {
      const { reportText } = await import('../../../report/text');
      const words = reportText(graded, catalogue);
      state = 'uncopied';
      await navigator.clipboard.writeText(words);
      state = 'copied';
    } catch {
      // Said below: the report was not made, or nobody may copy it.
    }
    setOutcome({ state });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears what bubbles from the buttons within.
    <div
      className={styles.menu}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget)) {
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
        look="compact"
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        onClick={() => {
          setOpen(!open);
          setOutcome({ state: 'idle' });
        }}
      >
        <DownloadIcon />
        {text.menu}
      </Button>
      {open && (
        <div id={panel} className={styles.panel}>
          <Impression graded={graded} onImpression={onImpression} />
          <p className={styles.hint}>{text.impressionHint}</p>
          <ul className={styles.list}>
            {kinds.map((kind) => (
              <li key={kind}>
                <button type="button" className={styles.item} onClick={() => void save(kind)}>
                  {text[kind]}
                </button>
              </li>
            ))}
            {forms.map((form) => (
              <li key={form}>
                <button type="button" className={styles.item} onClick={() => void ask(form)}>
                  {text.forms[form]}
                </button>
              </li>
            ))}
            <li>
              <button type="button" className={styles.item} onClick={() => void copy()}>
                {text.copy}
              </button>
            </li>
            <li>
              <button
                type="button"
                className={styles.item}
                onClick={() => {
                  close();
                  window.print();
                }}
              >
                {text.print}
              </button>
            </li>
          </ul>
          {graded.repair && <p className={styles.hint}>{text.noForms}</p>}
        </div>
      )}
      <p className={styles.outcome} aria-live="polite">
        {outcome.state === 'making' && text.making}
        {outcome.state === 'saved' && text.saved(outcome.name)}
        {outcome.state === 'copied' && text.copied}
      </p>
      {(outcome.state === 'failed' || outcome.state === 'uncopied') && (
        <p className={styles.outcome} role="alert">
          {text[outcome.state]}
        </p>
      )}
      {outcome.state === 'refused' && (
        <Refused failure={outcome.failure} onRetry={() => void ask(outcome.form)} />
      )}
    </div>
  );
}

/** The words that go into the report: the model's result, until a person says it otherwise. */
function Impression({ graded, onImpression }: ImpressionProps) {
  const { catalogue } = useLanguage();
  // Whoever clears the box means to write into it: the result's own words wait until it is left.
  const [cleared, setCleared] = useState(false);
  const other = otherResult(graded, catalogue);
  return (
    <label className={styles.impression}>
      {catalogue.report.impression}
      <textarea
        rows={4}
        value={cleared ? '' : (graded.impression ?? impressionOf(graded, catalogue))}
        onChange={({ currentTarget: { value } }) => {
          setCleared(value === '');
          onImpression(value === '' ? null : value);
        }}
        onBlur={() => setCleared(false)}
      />
      {other && <span className={styles.hint}>{other}</span>}
    </label>
  );
}

/** Why the service did not answer in a form, and what to do next. */
function Refused({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const { title, detail, hint, retry } = describeFailure(failure, useText('failures'));
  const shared = useText('shared');
  return (
    <div className={styles.refused} role="alert">
      <p className={styles.refusedTitle}>{title}</p>
      {detail && <p>{detail}</p>}
      <p>{hint}</p>
      {retry && (
        <Button look="compact" onClick={onRetry}>
          {shared.retry}
        </Button>
      )}
    </div>
  );
}
