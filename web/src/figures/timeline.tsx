// SPDX-License-Identifier: Apache-2.0
import { positionOf, ticksOf } from '../charts/timeline.ts';
import { useLocale } from '../i18n/context.tsx';
import type { SpanKind, TimelineFigure } from '../report.ts';
import { DataTable } from './data-table.tsx';

const KINDS: SpanKind[] = ['truth', 'hit', 'miss', 'false-alarm'];
const WIDTH = 640;

/** What happened and what was reported, row by row on one axis of time. Kinds differ in place and pattern, not in colour alone. */
export function Timeline({ figure, label }: { figure: TimelineFigure; label: string }) {
  const { t, say, format } = useLocale();
  const kinds: Record<SpanKind, string> = {
    truth: t.spanTruth,
    hit: t.spanHit,
    miss: t.spanMiss,
    'false-alarm': t.spanFalseAlarm,
  };
  return (
    <>
      <ul className="legend">
        {KINDS.filter((kind) => figure.rows.some((row) => row.spans.some((span) => span.kind === kind))).map((kind) => (
          <li key={kind}>
            <span className={`span-sample span-${kind}`} aria-hidden="true" />
            {kinds[kind]}
          </li>
        ))}
      </ul>
      <div className="timeline" role="img" aria-label={label}>
        {figure.rows.map((row, i) => (
          <div key={i} className="timeline-row">
            <span className="timeline-label">{say(row.label)}</span>
            <svg viewBox={`0 0 ${WIDTH} 26`} preserveAspectRatio="none" aria-hidden="true">
              {row.spans.map((span, j) => {
                const { x, width } = positionOf(span, figure.duration, WIDTH);
                return <rect key={j} className={`span-${span.kind}`} x={x} width={width} y={span.kind === 'truth' || span.kind === 'miss' ? 2 : 14} height={10} />;
              })}
            </svg>
          </div>
        ))}
        <div className="timeline-row timeline-axis">
          <span className="timeline-label">{t.seconds}</span>
          <div className="timeline-ticks">
            {ticksOf(figure.duration).map((tick) => (
              <span key={tick} style={{ left: `${(100 * tick) / figure.duration}%` }}>{format.number(tick)}</span>
            ))}
          </div>
        </div>
      </div>
      <DataTable
        headings={[t.label, t.spanKind, t.start, t.end]}
        rows={figure.rows.flatMap((row) => row.spans.map((span) => [say(row.label), kinds[span.kind], format.number(span.start), format.number(span.end)]))}
      />
    </>
  );
}
