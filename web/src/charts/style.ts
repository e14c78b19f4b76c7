// SPDX-License-Identifier: Apache-2.0
//
// The look shared by all charts. Colours are CSS variables: the SVG renderer passes them through, so that light, dark
// and print are the style sheet's business alone and a chart need not be drawn again.

import type { ChartOption } from './echarts.ts';

export const INK = 'var(--ink)';
export const INK_SOFT = 'var(--ink-2)';
export const RULE = 'var(--rule)';
export const RULE_STRONG = 'var(--rule-strong)';
export const REFERENCE = 'var(--reference)';
export const SHEET = 'var(--sheet)';

const SERIES_COLOURS = 6;
const DASHES: (number[] | 'solid')[] = ['solid', [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4]];

/** Series differ in colour and, for readers who do not see it and for black-and-white print, in dash. */
export const seriesColour = (i: number): string => `var(--series-${(i % SERIES_COLOURS) + 1})`;
export const seriesDash = (i: number): number[] | 'solid' => DASHES[i % DASHES.length] ?? 'solid';

const FONT = "'Source Sans 3 Variable', system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";

export const base: ChartOption = {
  animation: false,
  textStyle: { fontFamily: FONT, fontSize: 13, color: INK_SOFT },
};

export const axisLook = {
  axisLine: { show: true, lineStyle: { color: RULE_STRONG } },
  axisTick: { show: true, lineStyle: { color: RULE_STRONG }, length: 4 },
  axisLabel: { color: INK_SOFT, fontSize: 13, fontFamily: FONT, hideOverlap: true },
  splitLine: { show: true, lineStyle: { color: RULE, width: 1 } },
  nameTextStyle: { color: INK_SOFT, fontSize: 13, fontFamily: FONT },
  nameLocation: 'middle' as const,
};

export const tooltipLook = {
  confine: true,
  transitionDuration: 0,
  backgroundColor: SHEET,
  borderColor: RULE_STRONG,
  borderWidth: 1,
  padding: [6, 9],
  textStyle: { color: INK, fontSize: 13, fontFamily: FONT },
  extraCssText: 'box-shadow:none;border-radius:2px;font-variant-numeric:tabular-nums',
};

/** Text of the report must not become markup in a tooltip. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
