// SPDX-License-Identifier: Apache-2.0
import { useMemo } from 'react';
import { Chart } from '../charts/chart.tsx';
import { reliabilityOption } from '../charts/reliability.ts';
import { useLocale } from '../i18n/context.tsx';
import type { ReliabilityFigure } from '../report.ts';
import { DataTable } from './data-table.tsx';
import { Legend } from './legend.tsx';

export function Reliability({ figure, label }: { figure: ReliabilityFigure; label: string }) {
  const locale = useLocale();
  const { t, format } = locale;
  const option = useMemo(() => reliabilityOption(figure, locale), [figure, locale]);
  const rows = figure.bins.map((b) => [
    `${format.number(b.lower, 'fraction', 0)} – ${format.number(b.upper, 'fraction', 0)}`,
    b.confidence === null ? '–' : format.number(b.confidence, 'fraction'),
    b.accuracy === null ? '–' : format.number(b.accuracy, 'fraction'),
    format.integer(b.count),
  ]);
  return (
    <>
      <Legend names={[]} reference={t.perfectCalibration} />
      <Chart option={option} height={350} label={`${label}. ${t.reliabilityNote}`} />
      {!figure.caption && <p className="caption">{t.reliabilityNote}</p>}
      <DataTable headings={[t.bin, t.confidence, t.accuracy, t.count]} rows={rows} />
    </>
  );
}
