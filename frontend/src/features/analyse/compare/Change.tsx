import { useFormat, useText } from '../../../i18n/context';
import { ZONES } from '../../../lib/grades';
import { versionsOf } from '../../../lib/prediction';
import { Marks } from '../Marks';
import type { Graded } from '../worklist/films';
import styles from './Change.module.css';

interface Compared extends Pick<Graded, 'brixia' | 'model' | 'quality' | 'refer'> {
  readonly name: string;
  /** YYYY-MM-DD or empty. */
  readonly date: string;
  /** As the list compares them; empty when not known. */
  readonly patient: string;
  readonly view: string;
}

interface ChangeProps {
  older: Compared;
  newer: Compared;
}

/** Whether two films are known not to be alike in something. */
const differ = (one: string, other: string) => one !== '' && other !== '' && one !== other;

/**
 * What changed from one film to the next, per zone and in total. Of two people nothing did, and what
 * two versions of the model make of one film differs as well.
 */
export function Change({ older, newer }: ChangeProps) {
  const text = useText('viewer').compare;
  const { title } = useText('analyse').brixia;
  const { notFollowUp } = useText('shared');
  const format = useFormat();
  const versions = versionsOf([older, newer]);
  const incomparable = differ(older.patient, newer.patient)
    ? text.twoPatients
    : versions.length > 1 && text.twoVersions(versions);
  if (incomparable) {
    return (
      <section aria-label={text.change}>
        <p className={styles.note}>{incomparable}</p>
      </section>
    );
  }
  const signed = (change: number) => {
    const shown = format.score(Math.abs(change));
    return Math.abs(change) < 0.05 ? shown : `${change > 0 ? '+' : '−'}${shown}`;
  };
  // Two films of one day are told apart by their names alone, and which came first is not known.
  const ordered = older.date !== '' && newer.date !== '' && older.date !== newer.date;
  const rows = [
    [title, older.brixia.total, newer.brixia.total] as const,
    ...ZONES.map((zone) => [zone, older.brixia.zones[zone], newer.brixia.zones[zone]] as const),
  ];
  return (
    <section aria-label={text.change}>
      <table className={styles.table}>
        <caption className={styles.caption}>{text.change}</caption>
        <thead>
          <tr>
            <td />
            {[older, newer].map(({ name, date, ...graded }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two, in an order of their own; names may be alike.
              <th key={index} scope="col">
                {ordered ? <time dateTime={date}>{format.day(date)}</time> : name}
                <Marks graded={graded} />
              </th>
            ))}
            <th scope="col">{text.change}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, before, after]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{format.score(before)}</td>
              <td>{format.score(after)}</td>
              <td className={styles.change}>
                {signed(format.printed(after) - format.printed(before))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>
        {text.changeNote(older.name, newer.name)}. {ordered ? '' : `${text.orderUnknown} `}
        {differ(older.view, newer.view) && `${text.twoViews(older.view, newer.view)} `}
        {notFollowUp}
      </p>
    </section>
  );
}
