// SPDX-License-Identifier: Apache-2.0
import { useMemo } from 'react';
import { Chart } from '../charts/chart.tsx';
import { curveOption } from '../charts/curve.ts';
import { useLocale } from '../i18n/context.tsx';
import type { CurveFigure } from '../report.ts';
import { thinned } from '../summary.ts';
import { DataTable } from './data-table.tsx';
import { Legend } from './legend.tsx';

const TABLE_ROWS = 40;

export function Curve({ figure, label }: { figure: CurveFigure; label: string }) {
  const locale = useLocale();
  const { t, say, format } = locale;
  const option = useMemo(() => curveOption(figure, locale), [figure, locale]);
  const names = figure.series.map((s) => say(s.name));
  const xLabel = figure.xLabel ? say(figure.xLabel) : 'x';
  const yLabel = figure.yLabel ? say(figure.yLabel) : 'y';
  const several = figure.series.length > 1;
  const rows = figure.series.flatMap((s, k) =>
    thinned(s.x.length, TABLE_ROWS).map((i) => {
      const m = format.measured({ value: s.y[i] ?? null, low: s.low?.[i], high: s.high?.[i], unit: figure.yUnit });
      const y = m.interval ? `${m.value} (${m.interval})` : m.value;
      return [...(several ? [names[k]] : []), format.number(s.x[i], figure.xUnit), y];
    }),
  );
  const longest = Math.max(0, ...figure.series.map((s) => s.x.length));
  return (
    <>
      {(several || figure.diagonal) && <Legend names={names} reference={figure.diagonal ? t.guessing : undefined} />}
      <Chart option={option} height={300} label={label} />
      <DataTable
        headings={[...(several ? [t.label] : []), xLabel, yLabel]}
        rows={rows}
        note={longest > TABLE_ROWS ? t.everyNth(Math.round(longest / TABLE_ROWS)) : undefined}
      />
    </>
  );
}
