import { useFormat, useText } from '../../../i18n/context';
import { seriesOf } from './dated';
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
  const { severities } = useText('shared');
  const item = items.find(({ id }) => id === selected);
  if (!item) {
    return null;
  }
  const series = item.patient === '' ? [] : seriesOf(items, item.patient);
  const day = (date: string) => format.date(new Date(`${date}T12:00`));
  return (
    <section className={styles.series} aria-label={text.series.title}>
      <h3 className={styles.title}>{text.series.title}</h3>
      <div className={styles.fields}>
        <label className={styles.label}>
          {text.series.patient}
          <input
            className={styles.field}
            value={item.patient}
            onChange={(event) => store.describe(item.id, { patient: event.currentTarget.value })}
          />
        </label>
        <label className={styles.label}>
          {text.series.date}
          <input
            className={styles.field}
            type="date"
            value={item.date}
            onChange={(event) => store.describe(item.id, { date: event.currentTarget.value })}
          />
        </label>
      </div>
      {series.length < 2 ? (
        <p className={styles.note}>{text.series.tooFew}</p>
      ) : (
        <>
          <SeriesChart series={series} selected={selected} />
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
                  <span>{severities[graded.severity]}</span>
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
