import { useFormat, useText } from '../../i18n/context';
import { SEVERITIES } from '../../lib/prediction';
import styles from './Confusion.module.css';
import page from './ModelPage.module.css';

/** Reference against prediction, each cell as dark as its share of the row. */
export function Confusion({ matrix }: { matrix: readonly (readonly number[])[] }) {
  const text = useText('model');
  const { severities } = useText('shared');
  const format = useFormat();
  const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0);
  const right = sum(matrix.map((row, index) => row[index] ?? 0));
  return (
    <section className={page.section} aria-labelledby="model-confusion">
      <h2 id="model-confusion">{text.sections.confusion}</h2>
      <table className={styles.matrix}>
        <caption>{text.confusion.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{text.confusion.reference}</th>
            {SEVERITIES.map((severity) => (
              <th key={severity} scope="col">
                {text.confusion.predicted(severities[severity])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {SEVERITIES.map((severity, index) => {
            const row = matrix[index] ?? [];
            return (
              <tr key={severity}>
                <th scope="row">{severities[severity]}</th>
                {SEVERITIES.map((predicted, column) => {
                  const films = row[column] ?? 0;
                  return (
                    <td
                      key={predicted}
                      data-right={column === index}
                      style={{ '--share': films / Math.max(1, sum(row)) }}
                    >
                      {format.integer(films)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className={page.note}>{text.confusion.summary(right, sum(matrix.map(sum)))}</p>
    </section>
  );
}
