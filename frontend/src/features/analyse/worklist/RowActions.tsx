import { Button } from '../../../components/Button';
import { CompareIcon, CrossIcon, RetryIcon } from '../../../components/icons';
import { useText } from '../../../i18n/context';
import { cx } from '../../../lib/cx';
import { type Item, isOpen, rowId } from './films';
import styles from './RowActions.module.css';
import type { WorklistStore } from './store';

interface RowActionsProps {
  item: Item;
  selected: boolean;
  compared: boolean;
  /** Whether Tab leads to its row. */
  entry: boolean;
  store: WorklistStore;
  onRemove: () => void;
}

/** What can be done with one film of the list, at the end of its name. */
export function RowActions(props: RowActionsProps) {
  const { item, selected, compared, entry, store, onRemove } = props;
  const text = useText('worklist');
  const { id, study, status } = item;
  const tab = entry ? 0 : -1;
  const retry = () => {
    // The button goes: the focus stays with its row.
    document.getElementById(rowId(id))?.focus({ preventScroll: true });
    store.retry(id);
  };
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
          onClick={retry}
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
        onClick={() => (isOpen(item) ? store.cancel(id) : onRemove())}
      >
        <CrossIcon />
      </Button>
    </td>
  );
}
