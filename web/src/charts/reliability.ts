// SPDX-License-Identifier: Apache-2.0
import type { Locale } from '../i18n/context.tsx';
import type { ReliabilityBin, ReliabilityFigure } from '../report.ts';
import { tickLabel } from './curve.ts';
import type { ChartOption, CustomSeriesOption } from './echarts.ts';
import { axisLook, base, escapeHtml, INK, REFERENCE, seriesColour, tooltipLook } from './style.ts';

type Side = 'accuracy' | 'count';

/** A bar from the lower to the upper end of each bin. */
function binBars(bins: ReliabilityBin[], side: Side, axis: number): CustomSeriesOption {
  return {
    type: 'custom',
    xAxisIndex: axis,
    yAxisIndex: axis,
    z: 2,
    data: bins.map((b) => [b.lower, b.upper, side === 'count' ? b.count : (b.accuracy ?? 0)]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_params, api) => {
      const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(2)]);
      const [x2 = 0, y2 = 0] = api.coord([api.value(1), 0]);
      return {
        type: 'rect',
        shape: { x: x1 + 0.5, y: y1, width: Math.max(1, x2 - x1 - 1), height: Math.max(0, y2 - y1) },
        style: { fill: seriesColour(side === 'count' ? 2 : 0), opacity: side === 'count' ? 0.75 : 0.8 },
      };
    },
  };
}

export function reliabilityOption(figure: ReliabilityFigure, { t, format }: Locale): ChartOption {
  const share = (v: number) => tickLabel(v, 'fraction', format.number);
  const xAxis = {
    ...axisLook, type: 'value' as const, min: 0, max: 1, interval: 0.2, splitLine: { show: false },
  };
  const points = figure.bins.flatMap((b) => (b.confidence !== null && b.accuracy !== null ? [[b.confidence, b.accuracy]] : []));
  return {
    ...base,
    grid: [
      { left: 58, right: 18, top: 12, height: 216 },
      { left: 58, right: 18, top: 246, height: 58 },
    ],
    xAxis: [
      { ...xAxis, gridIndex: 0, axisLabel: { show: false } },
      { ...xAxis, gridIndex: 1, name: t.confidence, nameGap: 28, axisLabel: { ...axisLook.axisLabel, formatter: share } },
    ],
    yAxis: [
      {
        ...axisLook, type: 'value', gridIndex: 0, min: 0, max: 1, interval: 0.2, name: t.accuracy, nameGap: 44,
        axisLabel: { ...axisLook.axisLabel, formatter: share },
      },
      {
        ...axisLook, type: 'value', gridIndex: 1, splitNumber: 2, name: t.count, nameGap: 44,
        axisLabel: { ...axisLook.axisLabel, formatter: (v: number) => tickLabel(v, undefined, format.number) },
      },
    ],
    tooltip: {
      ...tooltipLook, trigger: 'item',
      formatter: (hit) => {
        const bin = figure.bins[(Array.isArray(hit) ? hit[0] : hit)?.dataIndex ?? -1];
        if (!bin) return '';
        return [
          `${share(bin.lower)} – ${share(bin.upper)}, ${t.sampleSize} = ${format.integer(bin.count)}`,
          `${t.confidence} <b>${escapeHtml(format.number(bin.confidence, 'fraction'))}</b>`,
          `${t.accuracy} <b>${escapeHtml(format.number(bin.accuracy, 'fraction'))}</b>`,
        ].join('<br>');
      },
    },
    series: [
      binBars(figure.bins, 'accuracy', 0),
      {
        type: 'line', xAxisIndex: 0, yAxisIndex: 0, data: [[0, 0], [1, 1]], symbol: 'none', silent: true, z: 4,
        lineStyle: { color: REFERENCE, width: 1.2, type: [4, 3] }, tooltip: { show: false },
      },
      {
        type: 'line', xAxisIndex: 0, yAxisIndex: 0, data: points, symbol: 'circle', symbolSize: 5, silent: true, z: 5,
        lineStyle: { width: 0 }, itemStyle: { color: INK }, tooltip: { show: false },
      },
      binBars(figure.bins, 'count', 1),
    ],
  };
}
