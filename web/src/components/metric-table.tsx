// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { Check, Metric } from '../report.ts';
import { thresholdsOf } from '../summary.ts';
import { IntervalStrip } from './interval-strip.tsx';

/** So many rows are shown at once; more are folded away (and unfolded for print). */
const OPEN_ROWS = 8;
const SLACK = 2;

export function MetricTable({ check }: { check: Check }) {
  const { t } = useLocale();
  const metrics = check.metrics ?? [];
  if (metrics.length === 0) return null;
  const open = metrics.length <= OPEN_ROWS + SLACK ? metrics.length : OPEN_ROWS;
  return (
    <>
      <Rows check={check} metrics={metrics.slice(0, open)} />
      {metrics.length > open && (
        <details className="more">
          <summary>{t.moreNumbers(metrics.length - open)}</summary>
          <Rows check={check} metrics={metrics.slice(open)} />
        </details>
      )}
    </>
  );
}

function Rows({ check, metrics }: { check: Check; metrics: Metric[] }) {
  const { t } = useLocale();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t.measured}>
      <table className="metrics">
        <thead>
          <tr>
            <th scope="col">{t.metric}</th>
            <th scope="col" className="number">{t.value}</th>
            <th scope="col">{t.interval}</th>
            <th scope="col"><span className="unseen">{t.interval}</span></th>
            <th scope="col" className="number">{t.sampleSize}</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((m) => (
            <Row key={m.name} metric={m} thresholds={thresholdsOf(check, m)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ metric, thresholds }: { metric: Metric; thresholds: number[] }) {
  const { t, say, format } = useLocale();
  const { value, interval } = format.measured(metric);
  const level = format.number(metric.level ?? 0.95, 'fraction', (metric.level ?? 0.95) * 100 % 1 ? 1 : 0);
  const n = metric.n === undefined ? '–' : format.integer(metric.n);
  return (
    <tr>
      <th scope="row">
        {metric.title ? say(metric.title) : <code>{metric.name}</code>}
        {metric.higherIsBetter !== undefined && (
          <span className="direction" title={metric.higherIsBetter ? t.higherIsBetter : t.lowerIsBetter}>
            <span aria-hidden="true">{metric.higherIsBetter ? '↑' : '↓'}</span>
            <span className="unseen">{metric.higherIsBetter ? t.higherIsBetter : t.lowerIsBetter}</span>
          </span>
        )}
      </th>
      <td className="number"><b>{value}</b></td>
      <td className="interval-cell">
        {interval ?? '–'}
        {interval && <span className="method">{t.intervalAt(level)}{metric.method ? `, ${metric.method}` : ''}</span>}
      </td>
      <td className="strip-cell"><IntervalStrip metric={metric} thresholds={thresholds} /></td>
      <td className="number">
        {n}
        {metric.count !== undefined && <span className="method">{t.countOf(format.integer(metric.count), n)}</span>}
      </td>
    </tr>
  );
}
