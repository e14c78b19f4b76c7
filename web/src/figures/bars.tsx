// SPDX-License-Identifier: Apache-2.0
import { useMemo } from 'react';
import { barsHeight, barsOption } from '../charts/bars.ts';
import { Chart } from '../charts/chart.tsx';
import { useLocale } from '../i18n/context.tsx';
import type { BarsFigure } from '../report.ts';
import { DataTable } from './data-table.tsx';

export function Bars({ figure, label }: { figure: BarsFigure; label: string }) {
  const locale = useLocale();
  const { t, say, format } = locale;
  const option = useMemo(() => barsOption(figure, locale), [figure, locale]);
  const rows = figure.series.map((bar) => {
    const { value, interval } = format.measured({ ...bar, unit: figure.unit });
    return [say(bar.label), value, interval ?? ''];
  });
  return (
    <>
      <Chart option={option} height={barsHeight(figure)} label={label} />
      <DataTable headings={[t.label, figure.valueLabel ? say(figure.valueLabel) : t.value, t.interval]} rows={rows} />
    </>
  );
}
