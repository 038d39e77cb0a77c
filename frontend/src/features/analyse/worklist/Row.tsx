import { type KeyboardEvent, type MouseEvent, memo } from 'react';
import { useFormat, useText } from '../../../i18n/context';
import { describeFailure } from '../../../i18n/describeFailure';
import { findingWords } from '../../../i18n/findingWords';
import { cx } from '../../../lib/cx';
import type { Failure } from '../../../lib/failure';
import { gradeOf } from '../../../lib/reading';
import { SeverityGlyph } from '../result/SeverityGlyph';
import styles from './FilmTable.module.css';
import { Flags } from './Flags';
import { type Item, rowId } from './films';
import { RowActions } from './RowActions';
import actions from './RowActions.module.css';
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
  /** Name of the film before it that is the same picture, where there is one. */
  twin?: string | undefined;
  /** Whether its thumbnail is shown. */
  pictures: boolean;
  /** Whether Tab leads here. */
  entry: boolean;
  store: WorklistStore;
  onChoose: (id: number, range: boolean) => void;
  onKey: (event: KeyboardEvent, index: number) => void;
  /** The focus came to it. */
  onReach: (id: number) => void;
  onRemove: (id: number) => void;
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
      className={cx(styles.row, actions.row)}
      aria-rowindex={index + 2}
      data-status={status}
      data-severity={graded?.severity}
      data-selected={selected}
      data-compared={compared}
      data-chosen={chosen}
      style={{ transform: `translateY(${start}px)`, height: size }}
    >
      <td className={cx(styles.name, actions.name)} data-pictured={pictures}>
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
          onFocus={() => props.onReach(id)}
          onKeyDown={(event) => props.onKey(event, index)}
        >
          {study.name}
        </button>
      </td>
      <Outcome item={item} twin={props.twin} />
      <RowActions
        item={item}
        selected={selected}
        compared={compared}
        entry={entry}
        store={store}
        onRemove={() => props.onRemove(id)}
      />
    </tr>
  );
});

/** The cells after the name: what came out, or why nothing did. */
function Outcome({ item, twin }: Pick<RowProps, 'item' | 'twin'>) {
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
        <Flags item={item} twin={twin} />
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
