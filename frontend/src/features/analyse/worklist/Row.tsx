import { memo } from 'react';
import { Button } from '../../../components/Button';
import { CompareIcon, CrossIcon, RetryIcon } from '../../../components/icons';
import { useFormat, useLanguage, useText } from '../../../i18n/context';
import { describeFailure } from '../../../i18n/describeFailure';
import { repairWords } from '../../../i18n/repairWords';
import type { Failure } from '../../../lib/failure';
import { gradeOf } from '../../../lib/reading';
import { SeverityGlyph } from '../result/SeverityGlyph';
import { type Item, isOpen, rowId } from './films';
import styles from './Row.module.css';
import type { WorklistStore } from './store';

interface RowProps {
  item: Item;
  selected: boolean;
  compared: boolean;
  /** Whether Tab leads here. */
  entry: boolean;
  store: WorklistStore;
}

/** One film of the list. */
export const Row = memo(function Row({ item, selected, compared, entry, store }: RowProps) {
  const text = useText('worklist');
  const { id, study, status, graded } = item;
  const tab = entry ? 0 : -1;
  return (
    <li className={styles.row} data-status={status} data-severity={graded?.severity}>
      <button
        type="button"
        id={rowId(id)}
        className={styles.film}
        aria-current={selected ? 'true' : undefined}
        tabIndex={tab}
        onClick={() => store.select(id)}
      >
        <span className={styles.name} title={study.name}>
          {study.name}
        </span>
        <span className={styles.state}>
          <Outcome item={item} />
        </span>
      </button>
      <div className={styles.actions}>
        {status === 'done' && !selected && (
          <Button
            look="icon"
            className={styles.action}
            aria-label={text.compare(study.name)}
            title={text.compare(study.name)}
            aria-pressed={compared}
            tabIndex={tab}
            onClick={() => store.compare(compared ? null : id)}
          >
            <CompareIcon />
          </Button>
        )}
        {(status === 'failed' || status === 'cancelled' || status === 'waiting') && (
          <Button
            look="icon"
            className={styles.action}
            aria-label={text.retry(study.name)}
            title={text.retry(study.name)}
            tabIndex={tab}
            onClick={() => store.retry(id)}
          >
            <RetryIcon />
          </Button>
        )}
        <Button
          look="icon"
          className={styles.action}
          aria-label={isOpen(item) ? text.cancel(study.name) : text.remove(study.name)}
          title={isOpen(item) ? text.cancel(study.name) : text.remove(study.name)}
          tabIndex={tab}
          onClick={() => (isOpen(item) ? store.cancel(id) : store.remove(id))}
        >
          <CrossIcon />
        </Button>
      </div>
    </li>
  );
});

function Outcome({ item: { status, graded, failure, reading, study } }: { item: Item }) {
  const { catalogue } = useLanguage();
  const repaired = repairWords(study.repaired?.repair, catalogue);
  const mine = reading && gradeOf(reading);
  const text = useText('worklist');
  const { severities } = useText('shared');
  const failures = useText('failures');
  const format = useFormat();
  if (status === 'done' && graded) {
    return (
      <>
        <SeverityGlyph severity={graded.severity} />
        <span>{severities[graded.severity]}</span>
        <span className={styles.share}>{format.probability(graded.confidence)}</span>
        {mine && mine !== graded.severity && (
          <span className={styles.mark}>{text.mine(severities[mine])}</span>
        )}
        {graded.refer && <span className={styles.mark}>{text.refer}</span>}
        {repaired !== '' && <span className={styles.mark}>{repaired}</span>}
        {!graded.quality.accepted && <span className={styles.mark}>{text.forced}</span>}
      </>
    );
  }
  if (status === 'failed' && failure) {
    return <span>{describeFailure(failure, failures).title}</span>;
  }
  if (status === 'rejected' && failure) {
    return <Reasons failure={failure} />;
  }
  return (
    <>
      <span>{text.statuses[status]}</span>
      {mine && <span className={styles.mark}>{text.mine(severities[mine])}</span>}
    </>
  );
}

/** Why the gate rejected a film. */
function Reasons({ failure }: { failure: Failure }) {
  const text = useText('worklist');
  const codes: Readonly<Record<string, string | undefined>> = useText('quality').codes;
  const reasons = (failure.findings ?? [])
    .filter(({ level }) => level === 'reject')
    .map(({ code, message }) => codes[code] ?? message);
  const told = [`${text.statuses.rejected}:`, ...reasons].join(' ');
  return (
    <span className={styles.reason} title={told}>
      {told}
    </span>
  );
}
