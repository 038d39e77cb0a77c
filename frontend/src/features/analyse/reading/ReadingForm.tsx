import { useState } from 'react';
import { Button } from '../../../components/Button';
import { Disclosure } from '../../../components/Disclosure';
import { useText } from '../../../i18n/context';
import { TOTAL_MOST } from '../../../lib/grades';
import { SEVERITIES, type Severity } from '../../../lib/prediction';
import { gradeOf, totalOf } from '../../../lib/reading';
import { useShortcuts } from '../../../lib/shortcuts';
import type { Item } from '../worklist/films';
import type { WorklistStore } from '../worklist/store';
import { BlindSwitch } from './BlindSwitch';
import styles from './Reading.module.css';
import { ReadingFile } from './ReadingFile';
import { Said } from './Said';
import { ZoneScores } from './ZoneScores';

/** In order of severity, side by side on a keyboard. */
const KEYS: Readonly<Record<Severity, string>> = { mild: 'q', moderate: 'w', severe: 'e' };

interface ReadingFormProps {
  /** As it may be shown: without its result where that is hidden. */
  item: Item;
  blind: boolean;
  store: WorklistStore;
}

/** What the person at the screen says of a film, beside the model or before it. */
export function ReadingForm({ item, blind, store }: ReadingFormProps) {
  const text = useText('reading');
  const { severities } = useText('shared');
  const { id, reading, graded, status } = item;
  const [open, setOpen] = useState(blind);
  const [wasBlind, setWasBlind] = useState(blind);
  // Blind scoring opens it. Its end folds nothing away beneath the hand that ends it.
  if (blind !== wasBlind) {
    setWasBlind(blind);
    setOpen(open || blind);
  }
  const hidden = status === 'hidden';
  const grade = reading && gradeOf(reading);
  const total = reading && totalOf(reading);
  const choose = (chosen: Severity) => store.read(id, { grade: chosen });
  // What was scored blind stays so where its button is pressed to confirm it with the result open.
  const settled = reading?.blind === true && !hidden && graded !== null;
  const press = (pressed: Severity) =>
    pressed === reading?.grade && !settled ? store.read(id, { grade: null }) : choose(pressed);
  const agree = graded ? () => choose(graded.severity) : undefined;
  const reveal = hidden ? () => store.reveal(id) : undefined;
  useShortcuts('reading', [
    {
      action: 'readFilm',
      keys: Object.values(KEYS),
      run: ({ key }) => {
        const chosen = SEVERITIES.find((severity) => KEYS[severity] === key.toLowerCase());
        if (chosen) {
          choose(chosen);
        }
      },
    },
    ...(agree ? [{ action: 'agreeWithModel', keys: ['y'], run: agree } as const] : []),
    ...(reveal ? [{ action: 'revealResult', keys: ['v'], run: reveal } as const] : []),
  ]);
  return (
    <section className={styles.reading} aria-label={text.title} data-print="off">
      <div className={styles.head}>
        <h2 className={styles.title}>{text.title}</h2>
        {agree && (
          <Button
            look="compact"
            title={`${text.agree} (Y)`}
            aria-pressed={grade !== null && grade === graded?.severity}
            onClick={agree}
          >
            {text.agree}
          </Button>
        )}
      </div>
      <div className={styles.grades}>
        {SEVERITIES.map((severity) => (
          <Button
            key={severity}
            look="compact"
            className={styles.grade}
            data-severity={severity}
            title={`${severities[severity]} (${KEYS[severity].toUpperCase()})`}
            aria-pressed={grade === severity}
            onClick={() => press(severity)}
          >
            {severities[severity]}
          </Button>
        ))}
      </div>
      <Said item={item} />
      {reveal && (
        <div className={styles.actions}>
          <Button
            look={grade === null ? 'compact' : 'primary'}
            title={`${text.reveal} (V)`}
            onClick={reveal}
          >
            {text.reveal}
          </Button>
          {item.seen && !reading?.blind && <p className={styles.said}>{text.seenBefore}</p>}
        </div>
      )}
      <details
        className={styles.more}
        open={open}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <Disclosure>
          {text.zonesAndComment}
          {total !== null && ` · ${text.total(total, TOTAL_MOST)}`}
        </Disclosure>
        <ZoneScores zones={reading?.zones ?? {}} onChange={(zones) => store.read(id, { zones })} />
        <label className={styles.comment}>
          {text.comment}
          <textarea
            rows={2}
            value={reading?.comment ?? ''}
            onChange={(event) => store.read(id, { comment: event.currentTarget.value })}
          />
        </label>
        <div className={styles.actions}>
          <Button look="compact" disabled={reading === null} onClick={() => store.unread(id)}>
            {text.clear}
          </Button>
        </div>
        <BlindSwitch blind={blind} store={store} />
        <ReadingFile store={store} />
      </details>
    </section>
  );
}
