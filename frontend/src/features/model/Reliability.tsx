import { useFormat, useText } from '../../i18n/context';
import type { Evaluation } from '../../lib/version';
import { AsTable } from './AsTable';
import { Chart } from './Chart';
import { Interval } from './Interval';
import styles from './ModelPage.module.css';
import marks from './marks.module.css';

const SMALLEST = 2.5;
const LARGEST = 9;

/** Confidence against the share that is right; a point is as large as its films are many. */
export function Reliability({ calibration }: { calibration: Evaluation['calibration']['after'] }) {
  const text = useText('model');
  const format = useFormat();
  const { reliability, expected_error } = calibration;
  const most = Math.max(...reliability.map(({ readings }) => readings), 1);
  const summary = text.reliability.summary(expected_error);
  return (
    <section className={styles.section} aria-labelledby="model-reliability">
      <h2 id="model-reliability">{text.sections.reliability}</h2>
      <Chart label={summary} xLabel={text.reliability.x} yLabel={text.reliability.y}>
        {({ x, y }) => (
          <>
            <line className={marks.ideal} x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
            {reliability.map(({ confidence, accuracy, readings }) => (
              <g key={confidence}>
                <line
                  className={marks.interval}
                  x1={x(confidence)}
                  x2={x(confidence)}
                  y1={y(accuracy.low)}
                  y2={y(accuracy.high)}
                />
                <circle
                  className={marks.point}
                  cx={x(confidence)}
                  cy={y(accuracy.value)}
                  r={SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(readings / most)}
                />
              </g>
            ))}
          </>
        )}
      </Chart>
      <p className={styles.note}>{summary}</p>
      <AsTable
        label={text.sections.reliability}
        headers={[text.headers.confidence, text.headers.accuracy, text.reliability.readings]}
        rows={reliability.map(({ confidence, accuracy, readings }) => ({
          key: confidence,
          cells: [
            format.metric(confidence),
            <Interval key="accuracy" estimate={accuracy} />,
            format.integer(readings),
          ],
        }))}
      />
    </section>
  );
}
