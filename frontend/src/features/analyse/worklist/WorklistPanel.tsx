import { useDeferredValue, useState } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { useText } from '../../../i18n/context';
import { saveBlob, saveJson } from '../../../lib/download';
import { useShortcuts } from '../../../lib/shortcuts';
import { OpenButton } from '../intake/OpenButton';
import { Agreement } from '../reading/Agreement';
import { BlindSwitch } from '../reading/BlindSwitch';
import { Arrange } from './Arrange';
import { AS_ADDED, arrange } from './arrange';
import { type Item, isOpen, rowId, type Worklist } from './films';
import { PauseNote } from './PauseNote';
import { Reports } from './Reports';
import { Row } from './Row';
import type { WorklistStore } from './store';
import { csvOf, fileNameOf, jsonOf } from './table';
import styles from './WorklistPanel.module.css';

const NO_ITEMS: readonly Item[] = [];
const CSV_TYPE = 'text/csv;charset=utf-8';

interface WorklistPanelProps {
  list: Worklist;
  store: WorklistStore;
  onFiles: (files: File[]) => void;
}

/** All films that are open: how far each is, what came out, and what can be done with them. */
export function WorklistPanel({ list, store, onFiles }: WorklistPanelProps) {
  const text = useText('worklist');
  const { notFollowUp } = useText('shared');
  const [arrangement, setArrangement] = useState(AS_ADDED);
  const { items, selected, compared } = list;
  // Hundreds of rows are drawn in slices between which the page answers.
  const shown = arrange(useDeferredValue(items, NO_ITEMS), arrangement);
  const open = items.filter(isOpen).length;
  const settled = items.length - open;

  const step = (by: number) => {
    const at = shown.findIndex(({ id }) => id === selected);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
    if (next) {
      store.select(next.id);
      document.getElementById(rowId(next.id))?.focus();
    }
  };
  useShortcuts('worklist', [
    { action: 'nextFilm', keys: ['j'], run: () => step(1) },
    { action: 'previousFilm', keys: ['k'], run: () => step(-1) },
    { action: 'compareFilm', keys: ['c'], run: () => compareWithNext() },
  ]);
  const compareWithNext = () => {
    const at = shown.findIndex(({ id }) => id === selected);
    const other = shown[at + 1] ?? shown[at - 1];
    store.compare(compared === null ? (other?.id ?? null) : null);
  };
  // Exactly one row takes the focus by Tab: the selected one where it is listed.
  const entry = shown.some(({ id }) => id === selected) ? selected : (shown[0]?.id ?? null);

  return (
    <section className={styles.panel} aria-label={text.title}>
      <div className={styles.head}>
        <h2 className={styles.title}>{text.title}</h2>
        <p className={styles.count}>{text.progress(settled, items.length)}</p>
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
      </div>
      <Agreement items={items} />
      {list.pause && <PauseNote pause={list.pause} onResume={store.resume} />}
      <Versions list={list} />
      <Arrange arrangement={arrangement} onChange={setArrangement} />
      {arrangement.sort === 'severity' && <p className={styles.limit}>{notFollowUp}</p>}
      <ul className={styles.rows}>
        {shown.map((item) => (
          <Row
            key={item.id}
            item={item}
            selected={item.id === selected}
            compared={item.id === compared}
            entry={item.id === entry}
            store={store}
          />
        ))}
      </ul>
      {shown.length === 0 && <p className={styles.none}>{text.noneMatch}</p>}
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
      <div className={styles.actions}>
        <Button
          look="compact"
          disabled={settled === 0}
          onClick={() =>
            saveBlob(new Blob([csvOf(items)], { type: CSV_TYPE }), fileNameOf(new Date(), 'csv'))
          }
        >
          <DownloadIcon />
          {text.csv}
        </Button>
        <Button
          look="compact"
          disabled={settled === 0}
          onClick={() => saveJson(jsonOf(items), fileNameOf(new Date(), 'json'))}
        >
          <DownloadIcon />
          {text.json}
        </Button>
        <Reports list={list} />
      </div>
    </section>
  );
}

/** Grades of two versions of the model must not be read as one series. */
function Versions({ list }: { list: Worklist }) {
  const text = useText('worklist');
  const versions = [...new Set(list.items.flatMap(({ graded }) => graded?.model.version ?? []))];
  return versions.length > 1 ? (
    <p className={styles.note} role="alert">
      {text.versions(versions)}
    </p>
  ) : null;
}
