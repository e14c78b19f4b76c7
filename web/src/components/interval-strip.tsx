// SPDX-License-Identifier: Apache-2.0
import { isShare } from '../format.ts';
import { useLocale } from '../i18n/context.tsx';
import type { Metric, Verdict } from '../report.ts';

const WIDTH = 132;
const HEIGHT = 16;
const PAD = 3;

interface Scale {
  from: number;
  to: number;
}

/** The scale a metric is drawn on: [0, 1] for a share, else from zero to a little beyond everything shown. */
export function scaleFor(metric: Metric, thresholds: number[]): Scale | null {
  if (metric.value === null) return null;
  if (isShare(metric.unit)) return { from: 0, to: 1 };
  // Without an interval or a requirement a dot on an arbitrary scale says nothing.
  if (typeof metric.low !== 'number' && thresholds.length === 0) return null;
  const ends = [metric.value, metric.low, metric.high, ...thresholds].filter((x): x is number => typeof x === 'number');
  const from = Math.min(0, ...ends);
  const to = Math.max(0, ...ends);
  return to > from ? { from, to: to + (to - from) * 0.1 } : null;
}

interface Props {
  metric: Metric;
  thresholds: number[];
  verdict?: Verdict;
}

/** Dot for the value, line for the interval, tick for what is required. The numbers stand beside it in words. */
export function IntervalStrip({ metric, thresholds, verdict }: Props) {
  const { t, format } = useLocale();
  const scale = scaleFor(metric, thresholds);
  if (!scale || metric.value === null) return null;
  const at = (v: number) => PAD + ((Math.min(scale.to, Math.max(scale.from, v)) - scale.from) / (scale.to - scale.from)) * (WIDTH - 2 * PAD);
  const { low, high } = metric;
  const middle = HEIGHT / 2;
  return (
    <svg
      className={`strip${verdict ? ` verdict-${verdict}` : ''}`}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t.scaleLabel(format.number(scale.from, metric.unit, 0), format.number(scale.to, metric.unit, isShare(metric.unit) ? 0 : undefined))}
    >
      <line className="strip-scale" x1={PAD} x2={WIDTH - PAD} y1={middle} y2={middle} />
      <path className="strip-scale" d={`M${PAD} ${middle - 3}v6M${WIDTH - PAD} ${middle - 3}v6`} />
      {typeof low === 'number' && typeof high === 'number' && (
        <rect className="strip-interval" x={at(low)} width={Math.max(2, at(high) - at(low))} y={middle - 2} height={4} />
      )}
      {thresholds.map((x) => (
        <path key={x} className="strip-threshold" d={`M${at(x)} ${middle - 7}v14`} />
      ))}
      <circle className="strip-value" cx={at(metric.value)} cy={middle} r={3} />
    </svg>
  );
}
