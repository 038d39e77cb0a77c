import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useText } from '../../../i18n/context';
import { byTouch } from '../../../lib/pointer';
import { shortcutsAreOn } from '../../../lib/shortcuts';
import { type Arrangement, COLUMNS, type Column, sortedBy } from './arrange';
import styles from './FilmTable.module.css';
import { type Item, itemOf, rowId, type Worklist } from './films';
import { Row } from './Row';
import { nearestTo } from './selection';
import type { WorklistStore } from './store';
import { twinsOf } from './twins';

/** As the stylesheet has it, in pixels: for a mouse, for fingers, and with thumbnails. */
const HEIGHTS = { fine: 28, coarse: 44, pictures: 52 } as const;
const HEADER = 28;
/** Rows that are drawn beyond those in sight. */
const OVERSCAN = 8;

interface FilmTableProps {
  list: Worklist;
  /** The films that are listed, in order. */
  shown: readonly Item[];
  chosen: ReadonlySet<number>;
  arrangement: Arrangement;
  /** Whether each row shows its film, small. */
  pictures: boolean;
  store: WorklistStore;
  /** Brings a film into sight and its row into focus. */
  reach: RefObject<((id: number) => void) | null>;
  onArrange: (arrangement: Arrangement) => void;
  /** `range`: with all films between it and the one chosen last. */
  onChoose: (id: number, range: boolean) => void;
  onRemove: (ids: readonly number[]) => void;
}

/** The films as a table. Only the rows in sight are drawn: two thousand cost what twenty do. */
export function FilmTable(props: FilmTableProps) {
  const { list, shown, chosen, arrangement, pictures, store, reach } = props;
  const { onArrange, onChoose, onRemove } = props;
  const text = useText('worklist');
  const body = useRef<HTMLDivElement>(null);
  // Asked once a drawing: every row asks for its height, and a media query is not free.
  const height = HEIGHTS[pictures ? 'pictures' : byTouch() ? 'coarse' : 'fine'];
  const { selected } = list;
  const twins = useMemo(() => twinsOf(list.items), [list.items]);
  /** The row that the focus was in last, for as long as no other film is selected. */
  const [reached, setReached] = useState({ id: selected, selected });
  // Exactly one row takes the focus by Tab: one that it was in, or the selected one if listed.
  const entries = [reached.selected === selected ? reached.id : null, selected];
  const places = entries.map((entry) => shown.findIndex(({ id }) => id === entry));
  const entryAt = places.find((place) => place !== -1) ?? 0;
  const entry = shown[entryAt]?.id ?? null;
  // However far it is scrolled away: else nothing in the list would be left for Tab to lead to, and
  // the focus would go with its row.
  const rangeExtractor = useCallback((range: Range) => withEntry(range, entryAt), [entryAt]);
  // The same function for the same films: with another one all rows are measured anew.
  const getItemKey = useCallback((at: number) => shown[at]?.id ?? at, [shown]);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => body.current,
    estimateSize: () => height,
    getItemKey,
    overscan: OVERSCAN,
    rangeExtractor,
    scrollMargin: HEADER,
    scrollPaddingStart: HEADER,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are as high as that says.
  useEffect(() => rows.measure(), [pictures]);
  useEffect(() => {
    reach.current = (id) => {
      rows.scrollToIndex(shown.findIndex((item) => item.id === id));
      const full = document.fullscreenElement;
      if (full && !full.contains(body.current)) {
        // Behind a film that fills the screen: there the focus would not be seen.
        return;
      }
      // A row that was out of sight is drawn first.
      const focus = (again: boolean) => {
        const row = document.getElementById(rowId(id));
        row?.focus({ preventScroll: true });
        if (!row && again) {
          requestAnimationFrame(() => requestAnimationFrame(() => focus(false)));
        }
      };
      focus(true);
    };
  });
  const onReach = useCallback(
    (id: number) => {
      if (id !== entry) {
        setReached({ id, selected });
      }
    },
    [entry, selected],
  );
  const onKey = useCallback(
    (event: KeyboardEvent, index: number) => {
      const to = shown[rowAfter(event, index, shown.length - 1)];
      // With the shortcuts on, J and K lead through the list, and arrows move the film from here too.
      if (to && !shortcutsAreOn()) {
        event.preventDefault();
        onReach(to.id);
        reach.current?.(to.id);
      }
    },
    [shown, reach, onReach],
  );
  const onCross = useCallback(
    (id: number) => {
      // The row takes the focus along: that goes on with the one beside it, or back to the page.
      const beside = nearestTo(shown, id, (film) => itemOf(list, film.id) !== null);
      if (beside) {
        reach.current?.(beside.id);
      } else if (document.activeElement instanceof HTMLElement) {
        document.activeElement.blur();
      }
      onRemove([id]);
    },
    [shown, list, reach, onRemove],
  );

  return (
    <div ref={body} className={styles.scroll}>
      <table className={styles.table} aria-label={text.title} aria-rowcount={shown.length + 1}>
        <thead className={styles.head}>
          <tr className={styles.header} aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <Head
                key={column}
                column={column}
                arrangement={arrangement}
                onSort={() => onArrange(sortedBy(arrangement, column))}
              />
            ))}
          </tr>
        </thead>
        <tbody className={styles.rows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const item = shown[index];
            return item ? (
              <Row
                key={item.id}
                item={item}
                index={index}
                start={start - HEADER}
                size={size}
                selected={item.id === list.selected}
                compared={item.id === list.compared}
                chosen={chosen.has(item.id)}
                twin={twins.get(item.id)?.study.name}
                pictures={pictures}
                entry={item.id === entry}
                store={store}
                onChoose={onChoose}
                onKey={onKey}
                onReach={onReach}
                onRemove={onCross}
              />
            ) : null;
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The rows in sight, and the one that Tab leads to. */
function withEntry(range: Range, entryAt: number): number[] {
  const inSight = defaultRangeExtractor(range);
  return entryAt >= range.count || inSight.includes(entryAt)
    ? inSight
    : [...inSight, entryAt].toSorted((one, other) => one - other);
}

/** The row that a key of a list leads to; -1 for any other key. */
function rowAfter(event: KeyboardEvent, index: number, last: number): number {
  const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
  const aims = new Map([
    ['ArrowUp', Math.max(0, index - 1)],
    ['ArrowDown', Math.min(last, index + 1)],
    ['Home', 0],
    ['End', last],
  ]);
  return shiftKey || ctrlKey || altKey || metaKey ? -1 : (aims.get(key) ?? -1);
}

interface HeadProps {
  column: Column;
  arrangement: Arrangement;
  onSort: () => void;
}

function Head({ column, arrangement: { sort, reversed }, onSort }: HeadProps) {
  const text = useText('worklist');
  const falls = ['severity', 'brixia', 'flags'].includes(column) !== reversed;
  const order = sort === column ? (falls ? 'descending' : 'ascending') : 'none';
  return (
    <th className={styles[column]} scope="col" aria-sort={order}>
      <button type="button" className={styles.sort} title={text.sortBy} onClick={onSort}>
        {text.columns[column]}
        <span aria-hidden="true">
          {order === 'none' ? '' : order === 'descending' ? ' ↓' : ' ↑'}
        </span>
      </button>
    </th>
  );
}
