import { type KeyboardEvent, type MouseEvent, memo } from 'react';
import { Button } from '../../../components/Button';
import { CompareIcon, CrossIcon, RetryIcon } from '../../../components/icons';
import { useFormat, useText } from '../../../i18n/context';
import { describeFailure } from '../../../i18n/describeFailure';
import { findingWords } from '../../../i18n/findingWords';
import { cx } from '../../../lib/cx';
import type { Failure } from '../../../lib/failure';
import { gradeOf } from '../../../lib/reading';
import { SeverityGlyph } from '../result/SeverityGlyph';
import styles from './FilmTable.module.css';
import { Flags } from './Flags';
import { type Item, isOpen, rowId } from './films';
import type { WorklistStore } from './store';
import { Thumbnail } from './Thumbnail';

interface RowProps {
  item: Item;
  /** Among those that are listed. */
  index: number;
  /** Where it lies in the list, and how high it is, in CSS pixels. */
  start: number;
  size: number;
  selected: boolean;
  compared: boolean;
  chosen: boolean;
  /** Whether its thumbnail is shown. */
  pictures: boolean;
  /** Whether Tab leads here. */
  entry: boolean;
  store: WorklistStore;
  onChoose: (id: number, range: boolean) => void;
  onKey: (event: KeyboardEvent, index: number) => void;
}

/** One film of the list. */
export const Row = memo(function Row(props: RowProps) {
  const { item, index, start, size, selected, compared, chosen, entry, store, pictures, onChoose } =
    props;
  const { id, study, status, graded } = item;
  const press = ({ shiftKey, ctrlKey, metaKey }: MouseEvent) => {
    if (shiftKey || ctrlKey || metaKey) {
      onChoose(id, shiftKey);
    } else {
      store.select(id);
    }
  };
  return (
    <tr
      className={styles.row}
      aria-rowindex={index + 2}
      data-status={status}
      data-severity={graded?.severity}
      data-selected={selected}
      data-compared={compared}
      data-chosen={chosen}
      style={{ transform: `translateY(${start}px)`, height: size }}
    >
      <td className={styles.name}>
        {pictures && <Thumbnail study={study} />}
        <button
          type="button"
          id={rowId(id)}
          className={styles.film}
          title={study.name}
          aria-current={selected ? 'true' : undefined}
          aria-pressed={chosen || undefined}
          tabIndex={entry ? 0 : -1}
          onClick={press}
          onKeyDown={(event) => props.onKey(event, index)}
        >
          {study.name}
        </button>
      </td>
      <Outcome item={item} />
      <Actions item={item} selected={selected} compared={compared} entry={entry} store={store} />
    </tr>
  );
});

function Actions({
  item,
  selected,
  compared,
  entry,
  store,
}: Pick<RowProps, 'item' | 'selected' | 'compared' | 'entry' | 'store'>) {
  const text = useText('worklist');
  const { id, study, status } = item;
  const tab = entry ? 0 : -1;
  return (
    <td className={styles.actions}>
      {status === 'done' && !selected && (
        <Button
          look="icon"
          className={cx(styles.action, styles.compare)}
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
        onClick={() => (isOpen(item) ? store.cancel(id) : store.remove([id]))}
      >
        <CrossIcon />
      </Button>
    </td>
  );
}

/** The cells after the name: what came out, or why nothing did. */
function Outcome({ item }: { item: Item }) {
  const text = useText('worklist');
  const { severities } = useText('shared');
  const failures = useText('failures');
  const format = useFormat();
  const { status, graded, failure, reading, date, patient } = item;
  if (graded) {
    return (
      <>
        <td className={styles.severity}>
          <SeverityGlyph severity={graded.severity} />
          <span className={styles.grade}>{severities[graded.severity]}</span>
          <span className={styles.share}>{format.probability(graded.confidence)}</span>
        </td>
        <td className={styles.brixia}>{format.score(graded.brixia.total)}</td>
        <td className={styles.date}>{date && format.day(date)}</td>
        <td className={styles.patient}>{patient}</td>
        <Flags item={item} />
      </>
    );
  }
  if (failure && (status === 'failed' || status === 'rejected')) {
    return status === 'failed' ? (
      <td className={styles.outcome}>{describeFailure(failure, failures).title}</td>
    ) : (
      <Reasons failure={failure} />
    );
  }
  const mine = reading && gradeOf(reading);
  return (
    <td className={styles.outcome}>
      {text.statuses[status]}
      {mine && ` · ${text.mine(severities[mine])}`}
    </td>
  );
}

/** Why the gate rejected a film. */
function Reasons({ failure }: { failure: Failure }) {
  const text = useText('worklist');
  const quality = useText('quality');
  const rejections = (failure.findings ?? []).filter(({ level }) => level === 'reject');
  const told = `${text.statuses.rejected}: ${findingWords(rejections, quality)}`.trim();
  return (
    <td className={styles.outcome} title={told}>
      {told}
    </td>
  );
}
