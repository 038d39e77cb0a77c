import { useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import hidden from '../../../components/VisuallyHidden.module.css';
import { useText } from '../../../i18n/context';
import { saveJson } from '../../../lib/download';
import { fileOf, readingsIn } from '../../../lib/reading';
import { type Restored, readingsOf } from '../worklist/readings';
import type { WorklistStore } from '../worklist/store';
import { fileNameOf } from '../worklist/table';
import styles from './Reading.module.css';

interface ReadingFileProps {
  store: WorklistStore;
  /** Whether there may be readings to save. */
  saves?: boolean;
}

/** What came of the file that was opened last. */
type Outcome =
  | ({ readonly kind: 'restored'; readonly count: number } & Restored)
  | { readonly kind: 'notReadings'; readonly name: string };

/** All readings to a file, and back: the page itself keeps nothing. */
export function ReadingFile({ store, saves = true }: ReadingFileProps) {
  const text = useText('reading');
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const restore = async (file: File) => {
    try {
      const { readings, seen } = readingsIn(await file.text());
      const restored = store.restoreReadings(readings, seen);
      setOutcome({ kind: 'restored', count: readings.length, ...restored });
    } catch {
      setOutcome({ kind: 'notReadings', name: file.name });
    }
  };
  return (
    <div className={styles.actions}>
      {saves && (
        <Button
          look="compact"
          onClick={() =>
            saveJson(
              fileOf(readingsOf(store.snapshot()), store.seenContents()),
              fileNameOf(new Date(), 'json', 'readings'),
            )
          }
        >
          {text.save}
        </Button>
      )}
      <Button ref={opener} look="compact" onClick={() => input.current?.click()}>
        {text.restore}
      </Button>
      <input
        ref={input}
        className={hidden.hidden}
        type="file"
        accept=".json,application/json"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) {
            void restore(file);
          }
          event.currentTarget.value = '';
        }}
      />
      <p className={styles.said} aria-live="polite">
        {outcome?.kind === 'restored' &&
          [
            text.restored(outcome.count, outcome.waiting),
            outcome.newerHere > 0 && text.newerHere(outcome.newerHere),
            outcome.replaced.length > 0 && text.replaced(outcome.replaced.length),
          ]
            .filter(Boolean)
            .join(' ')}
        {outcome?.kind === 'notReadings' && text.notReadings(outcome.name)}
      </p>
      {outcome?.kind === 'restored' && outcome.replaced.length > 0 && (
        <Button
          look="compact"
          onClick={() => {
            store.takeBack(outcome.replaced);
            // The button goes: the focus stays with the file.
            opener.current?.focus({ preventScroll: true });
            setOutcome({ ...outcome, replaced: [] });
          }}
        >
          {text.takeBack}
        </Button>
      )}
    </div>
  );
}
