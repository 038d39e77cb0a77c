import { LinePath } from '@visx/shape';
import { useFormat, useText } from '../../i18n/context';
import { cx } from '../../lib/cx';
import type { Estimate, Evaluation } from '../../lib/version';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Interval } from './Interval';
import styles from './ModelPage.module.css';
import marks from './marks.module.css';

const wrong = ({ value, low, high }: Estimate): Estimate => ({
  value: 1 - value,
  low: 1 - high,
  high: 1 - low,
});

interface CoverageProps {
  selective: Evaluation['selective'];
  sets: Evaluation['conformal'];
}

/** Risk against coverage: how many errors remain where only the surest films are graded. */
export function Coverage({ selective, sets }: CoverageProps) {
  const text = useText('model');
  const format = useFormat();
  const { accuracy_at_half, coverage_at_90 } = selective;
  const curve = selective.curve.map(({ coverage, accuracy }) => ({
    coverage,
    risk: wrong(accuracy),
  }));
  const top = Math.min(1, Math.ceil(10 * Math.max(...curve.map(({ risk }) => risk.high), 0)) / 10);
  const summary = text.coverage.summary(accuracy_at_half, coverage_at_90.value);
  const outline = [
    ...curve.map(({ coverage, risk }) => ({ coverage, risk: risk.high })),
    ...curve.toReversed().map(({ coverage, risk }) => ({ coverage, risk: risk.low })),
  ];
  return (
    <section className={styles.section} aria-labelledby="model-coverage">
      <h2 id="model-coverage">{text.sections.coverage}</h2>
      <Chart label={summary} xLabel={text.coverage.x} yLabel={text.coverage.y} top={top}>
        {({ x, y }) => (
          <>
            <LinePath
              className={cx(marks.band)}
              data={outline}
              x={({ coverage }) => x(coverage)}
              y={({ risk }) => y(risk)}
            />
            <LinePath
              className={cx(marks.curve)}
              data={curve}
              x={({ coverage }) => x(coverage)}
              y={({ risk }) => y(risk.value)}
            />
          </>
        )}
      </Chart>
      <p className={styles.note}>{summary}</p>
      <p className={styles.note}>{text.sets(sets.coverage, sets.mean_size)}</p>
      <AsTable
        label={text.sections.coverage}
        headers={[text.headers.coverage, text.headers.risk]}
        rows={curve.map(({ coverage, risk }) => ({
          key: coverage,
          cells: [format.share(coverage), <Interval key="risk" estimate={risk} />],
        }))}
      />
    </section>
  );
}
