import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { useText } from '../../../i18n/context';
import { cx } from '../../../lib/cx';
import { versionsOf } from '../../../lib/prediction';
import { useShortcuts } from '../../../lib/shortcuts';
import { OpenButton } from '../intake/OpenButton';
import { Agreement } from '../reading/Agreement';
import { BlindSwitch } from '../reading/BlindSwitch';
import { AS_ADDED, arrange } from './arrange';
import { Counts } from './Counts';
import { Downloads } from './Downloads';
import { FilmTable } from './FilmTable';
import { type Item, isOpen, itemOf, stateOf, type Worklist } from './films';
import { PauseNote } from './PauseNote';
import { chooseIn, nearestTo } from './selection';
import type { WorklistStore } from './store';
import styles from './WorklistPanel.module.css';

const NO_ITEMS: readonly Item[] = [];
const NONE: ReadonlySet<number> = new Set();

interface WorklistPanelProps {
  list: Worklist;
  store: WorklistStore;
  /** Whether the table has the film's room too. */
  wide: boolean;
  onWide: (wide: boolean) => void;
  onFiles: (files: File[]) => void;
}

/** All films that are open: how far each is, what came out, and what can be done with them. */
export function WorklistPanel({ list, store, wide, onWide, onFiles }: WorklistPanelProps) {
  const text = useText('worklist');
  const { notFollowUp } = useText('shared');
  const [arrangement, setArrangement] = useState(AS_ADDED);
  const [chosen, setChosen] = useState(NONE);
  const [pictures, setPictures] = useState(false);
  const reach = useRef<((id: number) => void) | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const { items, selected, compared } = list;
  // Thousands of films are arranged between two pictures, not before the next one.
  const deferred = useDeferredValue(items, NO_ITEMS);
  const shown = useMemo(() => arrange(deferred, arrangement), [deferred, arrangement]);
  const open = items.filter(isOpen).length;
  const settled = items.length - open;
  const taken = items.filter(({ id }) => chosen.has(id));

  const step = (by: number) => {
    const at = shown.findIndex(({ id }) => id === selected);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
    if (next && next.id !== selected) {
      store.select(next.id);
    }
    if (next) {
      reach.current?.(next.id);
    }
  };
  const compareWithNext = () => {
    const isGraded = ({ status }: Item) => status === 'done';
    // A film without a result takes the whole stage: nothing would be seen beside it.
    const other =
      stateOf(list, selected).phase === 'failed' ? null : nearestTo(shown, selected, isGraded);
    store.compare(compared === null ? (other?.id ?? null) : null);
  };
  const remove = (ids: readonly number[]) => {
    const going = new Set(ids);
    const stays = ({ id }: Item) => !going.has(id) && itemOf(list, id) !== null;
    const next = nearestTo(shown, selected, stays);
    if (selected !== null && going.has(selected) && next) {
      // As it is listed: the next by the order of adding may lie anywhere, or not be listed at all.
      store.select(next.id);
    }
    store.remove(ids);
    // Brought back, they are not chosen unasked, and no range starts from one that is gone.
    setChosen(new Set([...chosen].filter((id) => !going.has(id))));
  };
  useShortcuts('worklist', [
    { action: 'nextFilm', keys: ['j'], held: true, run: () => step(1) },
    { action: 'previousFilm', keys: ['k'], held: true, run: () => step(-1) },
    { action: 'compareFilm', keys: ['c'], run: compareWithNext },
  ]);

  return (
    <section className={styles.panel} aria-label={text.title}>
      <div className={styles.head}>
        <h2 ref={title} tabIndex={-1} className={styles.title}>
          {text.title}
        </h2>
        <p className={styles.count}>{text.progress(settled, items.length)}</p>
        <Button
          look="compact"
          className={cx(styles.option, styles.wide)}
          aria-pressed={wide}
          title={text.wideHint}
          onClick={() => onWide(!wide)}
        >
          {text.wide}
        </Button>
        <progress
          className={styles.progress}
          aria-label={text.progressLabel}
          max={items.length}
          value={settled}
          hidden={open === 0}
        />
      </div>
      <div className={styles.blind}>
        <BlindSwitch blind={list.blind} store={store} />
        <Button
          look="compact"
          className={styles.option}
          aria-pressed={pictures}
          onClick={() => setPictures(!pictures)}
        >
          {text.thumbnails}
        </Button>
      </div>
      <Agreement items={items} />
      {list.pause && <PauseNote pause={list.pause} onResume={store.resume} />}
      <Versions list={list} />
      <input
        className={styles.field}
        type="search"
        aria-label={text.search}
        placeholder={text.search}
        value={arrangement.search}
        onChange={(event) => setArrangement({ ...arrangement, search: event.currentTarget.value })}
      />
      <Counts
        items={items}
        filter={arrangement.filter}
        onFilter={(filter) => setArrangement({ ...arrangement, filter })}
      />
      {(arrangement.sort === 'severity' || arrangement.sort === 'brixia') && (
        <p className={styles.limit}>{notFollowUp}</p>
      )}
      <FilmTable
        list={list}
        shown={shown}
        chosen={chosen}
        arrangement={arrangement}
        pictures={pictures}
        store={store}
        reach={reach}
        onArrange={setArrangement}
        onChoose={(id, range) => setChosen(chooseIn(shown, chosen, id, range, selected))}
        onRemove={remove}
      />
      {shown.length === 0 && <p className={styles.none}>{text.noneMatch}</p>}
      {taken.length > 0 && (
        <div className={styles.actions}>
          <p className={styles.chosen}>{text.chosen(taken.length)}</p>
          <Button look="compact" onClick={() => remove(taken.map(({ id }) => id))}>
            {text.removeChosen}
          </Button>
          <Button
            look="compact"
            onClick={() => {
              // The button goes: the focus stays with the list.
              title.current?.focus({ preventScroll: true });
              setChosen(NONE);
            }}
          >
            {text.chooseNone}
          </Button>
        </div>
      )}
      <div className={styles.actions}>
        <OpenButton look="compact" label={text.add} onFiles={onFiles} />
        {open > 0 && (
          <Button look="compact" onClick={store.cancelAll}>
            {text.cancelAll(open)}
          </Button>
        )}
        <Button look="compact" onClick={store.clear}>
          {text.clear}
        </Button>
      </div>
      <Downloads list={list} items={taken.length > 0 ? taken : items} />
    </section>
  );
}

/** Grades of two versions of the model must not be read as one series. */
function Versions({ list }: { list: Worklist }) {
  const text = useText('worklist');
  const versions = versionsOf(list.items.flatMap(({ graded }) => graded ?? []));
  return versions.length > 1 ? (
    <p className={styles.note} role="alert">
      {text.versions(versions)}
    </p>
  ) : null;
}
