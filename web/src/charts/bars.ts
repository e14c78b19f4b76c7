// SPDX-License-Identifier: Apache-2.0
import type { Locale } from '../i18n/context.tsx';
import type { BarsFigure } from '../report.ts';
import { tickLabel } from './curve.ts';
import type { ChartOption, CustomSeriesOption } from './echarts.ts';
import { axisLook, base, escapeHtml, INK, REFERENCE, seriesColour, tooltipLook } from './style.ts';

const ROW_HEIGHT = 26;
const FRAME_HEIGHT = 66;

export const barsHeight = (figure: BarsFigure): number => figure.series.length * ROW_HEIGHT + FRAME_HEIGHT;

/** The value axis: from zero (or below) to the largest end of an interval, unless given. */
export function rangeOfValues(figure: BarsFigure): { min: number; max: number | undefined } {
  const ends = figure.series.flatMap((b) => [b.value, b.low, b.high]).filter((x): x is number => typeof x === 'number');
  const share = figure.unit === 'fraction' || figure.unit === '';
  const widest = Math.max(0, ...ends, figure.reference ?? 0);
  return { min: figure.min ?? Math.min(0, ...ends), max: figure.max ?? (share && widest > 0.5 && widest <= 1 ? 1 : undefined) };
}

/** Whiskers from low to high; one item a bar, index in the first dimension. */
function whiskers(figure: BarsFigure): CustomSeriesOption {
  const data = figure.series.flatMap((b, i) =>
    typeof b.low === 'number' && typeof b.high === 'number' ? [[i, b.low, b.high]] : [],
  );
  return {
    type: 'custom',
    silent: true,
    z: 5,
    data,
    encode: { x: [1, 2], y: 0 },
    tooltip: { show: false },
    renderItem: (_params, api) => {
      const row = api.value(0);
      const [x1 = 0, y = 0] = api.coord([api.value(1), row]);
      const [x2 = 0] = api.coord([api.value(2), row]);
      const line = (a: number, b: number, c: number, d: number) => ({
        type: 'line' as const,
        shape: { x1: a, y1: b, x2: c, y2: d },
        style: { stroke: INK, lineWidth: 1.3 },
      });
      return { type: 'group', children: [line(x1, y, x2, y), line(x1, y - 4, x1, y + 4), line(x2, y - 4, x2, y + 4)] };
    },
  };
}

export function barsOption(figure: BarsFigure, { say, format, t }: Locale): ChartOption {
  const labels = figure.series.map((b) => say(b.label));
  const longest = Math.max(...labels.map((l) => [...l].reduce((w, c) => w + (c.charCodeAt(0) > 0x2e80 ? 13 : 7), 0)), 20);
  const { min, max } = rangeOfValues(figure);
  return {
    ...base,
    grid: { left: Math.min(longest + 14, 210), right: 24, top: figure.reference === undefined ? 8 : 24, bottom: 46 },
    xAxis: {
      ...axisLook, type: 'value', min, max,
      name: figure.valueLabel ? say(figure.valueLabel) : '', nameGap: 26,
      axisLabel: { ...axisLook.axisLabel, formatter: (v: number) => tickLabel(v, figure.unit, format.number) },
    },
    yAxis: {
      ...axisLook, type: 'category', data: labels, inverse: true, splitLine: { show: false }, axisTick: { show: false },
      axisLabel: { ...axisLook.axisLabel, width: 196, overflow: 'truncate', interval: 0 },
    },
    tooltip: {
      ...tooltipLook, trigger: 'axis', axisPointer: { type: 'none' },
      formatter: (hits) => {
        const hit = Array.isArray(hits) ? hits[0] : hits;
        const bar = figure.series[hit?.dataIndex ?? -1];
        if (!bar) return '';
        const { value, interval } = format.measured({ ...bar, unit: figure.unit });
        return `${escapeHtml(say(bar.label))} <b>${escapeHtml(value)}</b>${interval ? `<br>${escapeHtml(interval)}` : ''}`;
      },
    },
    series: [
      {
        type: 'bar', data: figure.series.map((b) => b.value), barWidth: 12, z: 2,
        itemStyle: { color: seriesColour(0) }, emphasis: { disabled: true },
        markLine:
          figure.reference === undefined
            ? undefined
            : {
                silent: true, symbol: 'none', animation: false, data: [{ xAxis: figure.reference }],
                lineStyle: { color: REFERENCE, width: 1.2, type: [4, 3] },
                label: {
                  color: REFERENCE, fontSize: 13, position: 'start', distance: 4,
                  formatter: `${t.required} ${format.compared(figure.reference, figure.reference, figure.unit).value}`,
                },
              },
      },
      whiskers(figure),
    ],
  };
}
