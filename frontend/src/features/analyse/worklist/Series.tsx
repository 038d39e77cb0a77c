import { useState } from 'react';
import { DayField } from '../../../components/DayField';
import { useFormat, useText } from '../../../i18n/context';
import { versionsOf } from '../../../lib/prediction';
import { Marks } from '../Marks';
import { patientOf, seriesOf } from './dated';
import type { Item } from './films';
import styles from './Series.module.css';
import { SeriesChart } from './SeriesChart';
import type { WorklistStore } from './store';

interface SeriesProps {
  items: readonly Item[];
  selected: number | null;
  store: WorklistStore;
}

/** Whose film this is and of which day, and how severity went over that patient's films. */
export function Series({ items, selected, store }: SeriesProps) {
  const text = useText('worklist');
  const format = useFormat();
  const report = useText('report');
  const { details } = useText('analyse');
  const { severities, notFollowUp } = useText('shared');
  // By film: what was left there is still there when its film is looked at again.
  const [drafts, setDrafts] = useState<ReadonlyMap<number, string>>(new Map());
  const item = items.find(({ id }) => id === selected);
  if (!item) {
    return null;
  }
  const series = seriesOf(items, item);
  const versions = versionsOf(series.map(({ graded }) => graded));
  const day = (date: string) => format.date(new Date(`${date}T12:00`));
  return (
    <section
      className={styles.series}
      aria-label={text.series.title}
      data-print={series.length < 2 ? 'off' : undefined}
    >
      <h2 className={styles.title}>{text.series.title}</h2>
      <p data-print="only">
        {text.series.patient}: {patientOf(item)}
      </p>
      <div className={styles.fields} data-print="off">
        <label className={styles.label}>
          {text.series.patient}
          <input
            className={styles.field}
            value={item.patient}
            onChange={(event) => store.describe(item.id, { patient: event.currentTarget.value })}
          />
        </label>
        <div className={styles.label}>
          <span aria-hidden="true">{text.series.date}</span>
          <DayField
            key={item.id}
            label={text.series.date}
            hint={text.series.dayHint}
            className={styles.field}
            faults={text.series.dayFaults}
            faultClassName={styles.fault}
            value={item.date}
            draft={drafts.get(item.id) ?? null}
            onDraft={(draft) => setDrafts(draftsWith(drafts, item.id, draft))}
            onChange={(date) => store.describe(item.id, { date })}
          />
        </div>
      </div>
      {series.length < 2 ? (
        <p className={styles.note}>{text.series.tooFew}</p>
      ) : (
        <>
          <p className={styles.note}>{notFollowUp}</p>
          {versions.length > 1 && <p className={styles.note}>{report.versions(versions)}</p>}
          <SeriesChart series={series} selected={selected} />
          {/* For eyes alone, as the chart is: the list says it of each film. */}
          {series.some(({ graded }) => !graded.quality.accepted) && (
            <p className={styles.note} aria-hidden="true">
              {text.series.hollow}
            </p>
          )}
          <ol className={styles.days}>
            {series.map(({ item: film, graded }) => (
              <li key={film.id}>
                <button
                  type="button"
                  className={styles.day}
                  aria-current={film.id === selected ? 'true' : undefined}
                  onClick={() => store.select(film.id)}
                >
                  <time dateTime={film.date}>{day(film.date)}</time>
                  <span>
                    {severities[graded.severity]}
                    <Marks graded={graded} />
                    {versions.length > 1 && ` · ${details.model} ${graded.model.version}`}
                  </span>
                  <span className={styles.score}>
                    {text.series.brixia(format.score(graded.brixia.total))}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function draftsWith(
  drafts: ReadonlyMap<number, string>,
  id: number,
  draft: string | null,
): ReadonlyMap<number, string> {
  const next = new Map(drafts);
  next.delete(id);
  return draft === null ? next : next.set(id, draft);
}
