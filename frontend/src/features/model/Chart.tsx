import { AxisBottom, AxisLeft } from '@visx/axis';
import { GridColumns, GridRows } from '@visx/grid';
import { Group } from '@visx/group';
import { scaleLinear } from '@visx/scale';
import type { ReactNode } from 'react';
import { useFormat } from '../../i18n/context';
import { cx } from '../../lib/cx';
import styles from './Chart.module.css';

/** The drawing's own units; it is scaled to the width that there is. */
const SIZE = { width: 400, height: 300 } as const;
const MARGIN = { top: 12, right: 16, bottom: 52, left: 60 } as const;
const INNER = {
  width: SIZE.width - MARGIN.left - MARGIN.right,
  height: SIZE.height - MARGIN.top - MARGIN.bottom,
} as const;
const TICKS = 5;

export interface Plot {
  /** From a share to the drawing's units. */
  readonly x: (share: number) => number;
  readonly y: (share: number) => number;
}

interface ChartProps {
  /** What the chart shows, for those who do not see it. */
  label: string;
  xLabel: string;
  yLabel: string;
  /** The largest share on the vertical axis. */
  top?: number;
  children: (plot: Plot) => ReactNode;
}

/** Two axes of shares, and what is drawn between them. */
export function Chart({ label, xLabel, yLabel, top = 1, children }: ChartProps) {
  const format = useFormat();
  const x = scaleLinear({ domain: [0, 1], range: [0, INNER.width] });
  const y = scaleLinear({ domain: [0, top], range: [INNER.height, 0] });
  const share = (value: { valueOf(): number }) => format.share(value.valueOf());
  const axis = {
    numTicks: TICKS,
    tickFormat: share,
    tickClassName: cx(styles.tick),
    axisLineClassName: cx(styles.line),
    tickLength: 4,
    labelClassName: cx(styles.label),
  };
  return (
    <svg
      className={styles.chart}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      role="img"
      aria-label={label}
    >
      <Group left={MARGIN.left} top={MARGIN.top}>
        <GridRows scale={y} width={INNER.width} numTicks={TICKS} className={cx(styles.grid)} />
        <GridColumns scale={x} height={INNER.height} numTicks={TICKS} className={cx(styles.grid)} />
        {children({ x, y })}
        <AxisBottom
          {...axis}
          scale={x}
          top={INNER.height}
          label={xLabel}
          labelOffset={18}
          tickLabelProps={{ className: cx(styles.number), textAnchor: 'middle' }}
        />
        <AxisLeft
          {...axis}
          scale={y}
          label={yLabel}
          labelOffset={38}
          tickLabelProps={{ className: cx(styles.number), textAnchor: 'end', dx: -4, dy: 4 }}
        />
      </Group>
    </svg>
  );
}
