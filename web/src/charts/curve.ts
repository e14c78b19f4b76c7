// SPDX-License-Identifier: Apache-2.0
import type { Locale } from '../i18n/context.tsx';
import type { CurveFigure, CurveSeries } from '../report.ts';
import type { ChartOption, ChartSeries, CustomSeriesOption } from './echarts.ts';
import { axisLook, base, escapeHtml, REFERENCE, seriesColour, seriesDash, tooltipLook } from './style.ts';

type Point = [number, number | null];

/** Points that the axes can show: on a logarithmic axis only those above zero. */
export function drawable(figure: CurveFigure, series: CurveSeries): Point[] {
  const points: Point[] = [];
  series.x.forEach((x, i) => {
    const y = series.y[i] ?? null;
    if (figure.xLog && x <= 0) return;
    points.push([x, figure.yLog && y !== null && y <= 0 ? null : y]);
  });
  return points;
}

/** Ends of the x axis: as given, else those of the points. */
export function rangeOfX(figure: CurveFigure): [number, number] {
  const xs = figure.series.flatMap((s) => drawable(figure, s).map((p) => p[0]));
  return [figure.xMin ?? (xs.length ? Math.min(...xs) : 0), figure.xMax ?? (xs.length ? Math.max(...xs) : 1)];
}

/** y = x, in enough points to be a curve when one axis is logarithmic. */
export function diagonalPoints(figure: CurveFigure): Point[] {
  const [from, to] = rangeOfX(figure);
  const steps = 60;
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const x = figure.xLog ? from * (to / from) ** (i / steps) : from + ((to - from) * i) / steps;
    return [x, x];
  });
}

function band(figure: CurveFigure, series: CurveSeries, index: number): CustomSeriesOption | null {
  const { low, high } = series;
  if (!low || !high) return null;
  const usable = series.x
    .map((x, i) => ({ x, low: low[i], high: high[i] }))
    .filter((p): p is { x: number; low: number; high: number } => typeof p.low === 'number' && typeof p.high === 'number')
    .filter((p) => !(figure.xLog && p.x <= 0) && !(figure.yLog && p.low <= 0));
  if (usable.length < 2) return null;
  const outline = [...usable.map((p) => [p.x, p.high]), ...[...usable].reverse().map((p) => [p.x, p.low])];
  return {
    type: 'custom',
    silent: true,
    z: 1,
    data: [[usable[0]?.x, usable[0]?.low]],
    renderItem: (_params, api) => ({
      type: 'polygon',
      shape: { points: outline.map((p) => api.coord(p)) },
      style: { fill: seriesColour(index), opacity: 0.14 },
    }),
    tooltip: { show: false },
    clip: true,
  };
}

export function curveOption(figure: CurveFigure, { say, format }: Locale): ChartOption {
  const [xFrom, xTo] = rangeOfX(figure);
  const tick = (unit?: string) => (value: number) => tickLabel(value, unit, format.number);
  const series: ChartSeries[] = [];
  if (figure.diagonal) {
    series.push({
      type: 'line', data: diagonalPoints(figure), symbol: 'none', silent: true, tooltip: { show: false },
      lineStyle: { color: REFERENCE, width: 1, type: [3, 4] }, z: 1,
    });
  }
  figure.series.forEach((s, i) => {
    const shade = band(figure, s, i);
    if (shade) series.push(shade);
    const points = drawable(figure, s);
    series.push({
      type: 'line', name: say(s.name), data: points, z: 3,
      symbol: points.length <= 14 ? 'circle' : 'none', symbolSize: 6, showSymbol: points.length <= 14,
      lineStyle: { color: seriesColour(i), width: 2, type: seriesDash(i) },
      itemStyle: { color: seriesColour(i) }, emphasis: { disabled: true },
    });
  });
  return {
    ...base,
    grid: { left: 58, right: 18, top: 14, bottom: 48 },
    xAxis: {
      ...axisLook, type: figure.xLog ? 'log' : 'value', min: xFrom, max: xTo,
      name: figure.xLabel ? say(figure.xLabel) : '', nameGap: 28, splitLine: { show: false },
      axisLabel: { ...axisLook.axisLabel, formatter: tick(figure.xUnit) },
    },
    yAxis: {
      ...axisLook, type: figure.yLog ? 'log' : 'value', min: figure.yMin, max: figure.yMax,
      name: figure.yLabel ? say(figure.yLabel) : '', nameGap: 44,
      axisLabel: { ...axisLook.axisLabel, formatter: tick(figure.yUnit) },
    },
    tooltip: {
      ...tooltipLook, trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: REFERENCE, width: 1 } },
      formatter: (hits) => curveTooltip(Array.isArray(hits) ? hits : [hits], figure, format.number),
    },
    series,
  };
}

/** Short labels: few digits, no trailing zeros, powers of ten as such. */
export function tickLabel(value: number, unit: string | undefined, number: Locale['format']['number']): string {
  const scaled = unit === 'fraction' || unit === '' ? value * 100 : value;
  const decimals = Math.min(6, Math.max(0, -Math.floor(Math.log10(Math.abs(scaled)) + 1e-9)));
  if (scaled === 0) return number(0, unit, 0);
  if (Math.abs(scaled) >= 1) return number(value, unit, Number.isInteger(Number(scaled.toPrecision(6))) ? 0 : 1);
  const short = Number(scaled.toPrecision(2));
  return number(value, unit, short === Number(short.toFixed(decimals)) ? decimals : decimals + 1);
}

interface Hit {
  seriesName?: string;
  seriesType?: string;
  value?: unknown;
}

function curveTooltip(hits: Hit[], figure: CurveFigure, number: Locale['format']['number']): string {
  const lines = hits.filter((h) => h.seriesType === 'line' && Array.isArray(h.value));
  const x = (lines[0]?.value as number[] | undefined)?.[0];
  if (x === undefined) return '';
  const rows = lines.map((h) => {
    const name = h.seriesName ?? '';
    const y = (h.value as (number | null)[])[1];
    return `${name.startsWith('series\u0000') ? '' : escapeHtml(name)} <b>${escapeHtml(number(y, figure.yUnit))}</b>`;
  });
  return [escapeHtml(number(x, figure.xUnit)), ...rows].join('<br>');
}
