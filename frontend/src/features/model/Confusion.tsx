import { useFormat, useText } from '../../i18n/context';
import { SEVERITIES } from '../../lib/prediction';
import styles from './Confusion.module.css';
import page from './ModelPage.module.css';

interface ConfusionProps {
  matrix: readonly (readonly number[])[];
  /** Networks that read each film: the matrix counts every reading. */
  seeds: number;
}

/** Reference against prediction, each cell as dark as its share of the row. */
export function Confusion({ matrix, seeds }: ConfusionProps) {
  const text = useText('model');
  const { severities } = useText('shared');
  const format = useFormat();
  const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0);
  const right = sum(matrix.map((row, index) => row[index] ?? 0));
  return (
    <section className={page.section} aria-labelledby="model-confusion">
      <h2 id="model-confusion">{text.sections.confusion}</h2>
      <table className={styles.matrix}>
        <caption>{text.confusion.caption(seeds)}</caption>
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
                  const readings = row[column] ?? 0;
                  return (
                    <td
                      key={predicted}
                      data-right={column === index}
                      style={{ '--share': readings / Math.max(1, sum(row)) }}
                    >
                      {format.integer(readings)}
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
