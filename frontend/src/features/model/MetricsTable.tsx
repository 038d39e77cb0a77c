import { useFormat, useText } from '../../i18n/context';
import { SEVERITIES } from '../../lib/prediction';
import type { Estimate, Evaluation } from '../../lib/version';
import { Figures } from './Figures';
import { Interval } from './Interval';
import styles from './ModelPage.module.css';

type Metrics = Evaluation['metrics'];
type Brixia = Evaluation['brixia'];

interface Column {
  readonly name: string;
  readonly metrics: Metrics;
  readonly brixia: Brixia;
}

type Row = readonly [name: string, read: (column: Column) => Estimate | null | undefined];

/** The version beside chance and beside people. */
export function MetricsTable({ evaluation }: { evaluation: Evaluation }) {
  const text = useText('model');
  const { severities } = useText('shared');
  const format = useFormat();
  const all: readonly { name: string; metrics: Metrics | null; brixia: Brixia }[] = [
    { name: text.columns.model, metrics: evaluation.metrics, brixia: null },
    {
      name: text.columns.onReaders,
      metrics: evaluation.on_readers_films,
      brixia: evaluation.brixia,
    },
    { name: text.columns.readers, metrics: evaluation.readers, brixia: evaluation.readers_brixia },
    { name: text.columns.senior, metrics: evaluation.against_senior, brixia: null },
    { name: text.columns.majority, metrics: evaluation.majority, brixia: null },
  ];
  const columns = all.flatMap(({ metrics, ...rest }): Column[] =>
    metrics ? [{ ...rest, metrics }] : [],
  );
  const measured: readonly Row[] = [
    [text.rows.accuracy, ({ metrics }) => metrics.accuracy],
    [text.rows.macroF1, ({ metrics }) => metrics.macro_f1],
    [text.rows.kappa, ({ metrics }) => metrics.quadratic_weighted_kappa],
    ...SEVERITIES.map(
      (severity): Row => [
        text.rows.f1(severities[severity]),
        ({ metrics }) => metrics.per_class[severity]?.f1,
      ],
    ),
    [text.rows.twoStep, ({ metrics }) => metrics.two_step_errors],
    [text.rows.brixiaError, ({ brixia }) => brixia?.total_mae],
    [text.rows.brixiaR, ({ brixia }) => brixia?.total_r],
  ];
  return (
    <section className={styles.section} aria-labelledby="model-metrics">
      <h2 id="model-metrics">{text.sections.metrics}</h2>
      <Figures label={text.sections.metrics}>
        <thead>
          <tr>
            <th scope="col">{text.columns.measure}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{text.rows.images}</th>
            {columns.map(({ name, metrics: { images, patients } }) => (
              <td key={name} data-column={name}>
                {format.integer(images)} ({format.integer(patients)})
              </td>
            ))}
          </tr>
          {measured.map(([name, read]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {columns.map((column) => (
                <td key={column.name} data-column={column.name}>
                  <Interval estimate={read(column) ?? null} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Figures>
      {evaluation.readers && (
        <p className={styles.note}>{text.ceiling(text.columns.onReaders, text.columns.readers)}</p>
      )}
    </section>
  );
}
