import { useFormat, useText } from '../../i18n/context';
import type { Evaluation } from '../../lib/version';
import { Figures } from './Figures';
import { Interval } from './Interval';
import styles from './ModelPage.module.css';

/** The same measures by view, sex, age and source. */
export function Subgroups({ subgroups }: { subgroups: Evaluation['subgroups'] }) {
  const text = useText('model');
  const format = useFormat();
  return (
    <section className={styles.section} aria-labelledby="model-subgroups">
      <h2 id="model-subgroups">{text.sections.subgroups}</h2>
      <Figures label={text.sections.subgroups}>
        <thead>
          <tr>
            <th scope="col">{text.subgroup.group}</th>
            <th scope="col">{text.rows.images}</th>
            <th scope="col">{text.rows.accuracy}</th>
            <th scope="col">{text.rows.macroF1}</th>
            <th scope="col">{text.rows.kappa}</th>
          </tr>
        </thead>
        <tbody>
          {subgroups.map((group) => (
            <tr key={`${group.attribute} ${group.value}`}>
              <th scope="row">
                {text.subgroup.attributes[group.attribute]}:{' '}
                {text.subgroup.values[group.value] ?? group.value}
              </th>
              <td data-column={text.rows.images}>
                {format.integer(group.images)} ({format.integer(group.patients)})
              </td>
              <td data-column={text.rows.accuracy}>
                <Interval estimate={group.accuracy} />
              </td>
              <td data-column={text.rows.macroF1}>
                <Interval estimate={group.macro_f1} />
              </td>
              <td data-column={text.rows.kappa}>
                <Interval estimate={group.quadratic_weighted_kappa} />
              </td>
            </tr>
          ))}
        </tbody>
      </Figures>
      <p className={styles.note}>{text.subgroup.note}</p>
    </section>
  );
}
