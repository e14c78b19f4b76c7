// SPDX-License-Identifier: Apache-2.0
import { useLocale, type Locale } from '../i18n/context.tsx';
import type { Check, Metric } from '../report.ts';
import { thresholdsOf } from '../summary.ts';
import { IntervalStrip } from './interval-strip.tsx';
import { Scroll } from './scroll.tsx';

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

/** The words on how an interval was made, or "" where there is none. */
function methodOf(metric: Metric, { t, format }: Locale): string {
  if (typeof metric.low !== 'number' || typeof metric.high !== 'number') return '';
  const level = metric.level ?? 0.95;
  const percent = format.number(level, 'fraction', Number.isInteger(Math.round(level * 1000) / 10) ? 0 : 1);
  return metric.method ? `${t.intervalAt(percent)}, ${metric.method}` : t.intervalAt(percent);
}

const titleOf = (metric: Metric, { say }: Locale): string => (metric.title ? say(metric.title) : metric.name);

/** Titles that several metrics have ("Recall" of every class): there the name tells them apart. */
export function sharedTitles(metrics: Metric[], locale: Locale): Set<string> {
  const titles = metrics.map((m) => titleOf(m, locale));
  return new Set(titles.filter((title, i) => titles.indexOf(title) !== i));
}

function Rows({ check, metrics }: { check: Check; metrics: Metric[] }) {
  const locale = useLocale();
  const { t } = locale;
  const methods = new Set((check.metrics ?? []).map((m) => methodOf(m, locale)).filter(Boolean));
  // What holds for all rows is said once, in the heading.
  const common = methods.size === 1 ? [...methods][0] : undefined;
  const shared = sharedTitles(check.metrics ?? [], locale);
  return (
    <Scroll label={t.measured}>
      <table className="metrics">
        <thead>
          <tr>
            <th scope="col">{t.metric}</th>
            <th scope="col" className="number">{t.value}</th>
            <th scope="col">{common ?? t.interval}</th>
            <th scope="col"><span className="unseen">{t.interval}</span></th>
            <th scope="col" className="number">{t.sampleSize}</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((m) => (
            <Row key={m.name} metric={m} thresholds={thresholdsOf(check, m)} sayMethod={common === undefined} sayName={shared.has(titleOf(m, locale))} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface RowProps {
  metric: Metric;
  thresholds: number[];
  sayMethod: boolean;
  sayName: boolean;
}

function Row({ metric, thresholds, sayMethod, sayName }: RowProps) {
  const locale = useLocale();
  const { t, say, format } = locale;
  const { value, interval } = format.measured(metric);
  const n = metric.n === undefined ? '–' : format.integer(metric.n);
  return (
    <tr>
      <th scope="row">
        {metric.title ? say(metric.title) : <code>{metric.name}</code>}
        {metric.title && sayName && <code className="own-name">{metric.name}</code>}
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
        {interval && sayMethod && <span className="method">{methodOf(metric, locale)}</span>}
      </td>
      <td className="strip-cell"><IntervalStrip metric={metric} thresholds={thresholds} /></td>
      <td className="number">
        {metric.count === undefined ? n : t.countOf(format.integer(metric.count), n)}
      </td>
    </tr>
  );
}
