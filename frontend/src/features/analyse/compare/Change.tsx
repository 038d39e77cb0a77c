import { useFormat, useText } from '../../../i18n/context';
import { ZONES } from '../../../lib/grades';
import type { Brixia } from '../../../lib/prediction';
import styles from './Change.module.css';

interface ChangeProps {
  older: { readonly name: string; readonly brixia: Brixia };
  newer: { readonly name: string; readonly brixia: Brixia };
}

/** What changed from one film to the next, per zone and in total. */
export function Change({ older, newer }: ChangeProps) {
  const text = useText('viewer').compare;
  const { title } = useText('analyse').brixia;
  const { notFollowUp } = useText('shared');
  const format = useFormat();
  const signed = (change: number) => {
    const shown = format.score(Math.abs(change));
    return Math.abs(change) < 0.05 ? shown : `${change > 0 ? '+' : '−'}${shown}`;
  };
  const rows = [
    [title, older.brixia.total, newer.brixia.total] as const,
    ...ZONES.map((zone) => [zone, older.brixia.zones[zone], newer.brixia.zones[zone]] as const),
  ];
  return (
    <section aria-label={text.change}>
      <table className={styles.table}>
        <caption className={styles.caption}>{text.change}</caption>
        <tbody>
          {rows.map(([name, before, after]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{format.score(before)}</td>
              <td>{format.score(after)}</td>
              <td className={styles.change}>{signed(after - before)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>
        {text.changeNote(older.name, newer.name)}. {notFollowUp}
      </p>
    </section>
  );
}
