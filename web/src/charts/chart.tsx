// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'react';
import { init, type ChartOption, type ECharts } from './echarts.ts';

interface Props {
  option: ChartOption;
  height: number;
  /** Said by a screen reader in place of the drawing; the numbers follow in a table. */
  label: string;
}

/** Paper is laid out without a chance to draw again: with a view box the drawing scales to the column it gets there. */
function scaleOnPaper(box: HTMLElement): void {
  const svg = box.querySelector('svg');
  if (svg) svg.setAttribute('viewBox', `0 0 ${svg.getAttribute('width')} ${svg.getAttribute('height')}`);
}

/** Draws an option as SVG and follows the width of its box. */
export function Chart({ option, height, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = init(element, null, { renderer: 'svg', height });
    chart.current = drawn;
    const follow = new ResizeObserver(() => {
      drawn.resize();
      scaleOnPaper(element);
    });
    follow.observe(element);
    return () => {
      follow.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, [height]);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
    if (box.current) scaleOnPaper(box.current);
  }, [option, height]);

  return <div className="chart" ref={box} style={{ height }} role="img" aria-label={label} />;
}
