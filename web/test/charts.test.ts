// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { barsHeight, rangeOfValues } from '../src/charts/bars.ts';
import { diagonalPoints, drawable, rangeOfX, tickLabel } from '../src/charts/curve.ts';
import { onSpoke, outlines, ring } from '../src/charts/radar.ts';
import { escapeHtml } from '../src/charts/style.ts';
import { positionOf, ticksOf } from '../src/charts/timeline.ts';
import { childrenOf } from '../src/charts/tree.ts';
import { scaleFor } from '../src/components/interval-strip.tsx';
import { pathsOf, shadeOf } from '../src/figures/confusion.tsx';
import { createFormat } from '../src/format.ts';
import { en } from '../src/i18n/en.ts';
import type { CurveFigure } from '../src/report.ts';

const curve = (more: Partial<CurveFigure>): CurveFigure => ({ type: 'curve', series: [{ name: 's', x: [0, 0.01, 1], y: [0, 0.1, 1] }], ...more });

describe('a curve', () => {
  it('leaves out what a logarithmic axis cannot show', () => {
    const figure = curve({ xLog: true, yLog: true });
    expect(drawable(figure, figure.series[0]!)).toEqual([[0.01, 0.1], [1, 1]]);
    expect(rangeOfX(figure)).toEqual([0.01, 1]);
  });
  it('keeps gaps as gaps', () => {
    const figure = curve({ series: [{ name: 's', x: [0, 1], y: [null, 1] }] });
    expect(drawable(figure, figure.series[0]!)).toEqual([[0, null], [1, 1]]);
  });
  it('has a diagonal that is y = x over the whole axis, also a logarithmic one', () => {
    const points = diagonalPoints(curve({ xLog: true, xMin: 0.001, xMax: 1 }));
    expect(points[0]![0]).toBeCloseTo(0.001, 12);
    expect(points.at(-1)![0]).toBeCloseTo(1, 12);
    for (const [x, y] of points) expect(y).toBe(x);
  });
  it('labels its axes shortly', () => {
    const { number } = createFormat('en', en);
    expect([0, 0.001, 0.01, 0.2, 1].map((v) => tickLabel(v, 'fraction', number))).toEqual(['0%', '0.1%', '1%', '20%', '100%']);
    expect([0, 0.25, 5, 2.5, 6000].map((v) => tickLabel(v, undefined, number))).toEqual(['0', '0.25', '5', '2.5', '6,000']);
  });
});

describe('bars', () => {
  it('start at zero, and shares above one half end at one', () => {
    expect(rangeOfValues({ type: 'bars', unit: 'fraction', series: [{ label: 'a', value: 0.6, low: 0.5, high: 0.7 }] })).toEqual({ min: 0, max: 1 });
    expect(rangeOfValues({ type: 'bars', series: [{ label: 'a', value: -2 }] })).toEqual({ min: -2, max: undefined });
  });
  it('grow with their number', () => {
    const figure = (n: number) => ({ type: 'bars' as const, series: Array.from({ length: n }, () => ({ label: 'a', value: 1 })) });
    expect(barsHeight(figure(20))).toBeGreaterThan(barsHeight(figure(10)));
  });
});

describe('a confusion matrix', () => {
  it('shades errors more steeply than right answers', () => {
    expect(shadeOf(0.1, false).alpha).toBeGreaterThan(shadeOf(0.1, true).alpha);
    expect(shadeOf(1, true).alpha).toBeLessThan(1);
  });
  it('of a hundred classes is a handful of paths', () => {
    const counts = Array.from({ length: 100 }, (_, i) => Array.from({ length: 100 }, (__, j) => (i === j ? 90 : (i * j) % 7)));
    const paths = pathsOf(counts);
    expect(paths.length).toBeLessThanOrEqual(16);
    const cells = paths.reduce((n, p) => n + p.d.split('M').length - 1, 0);
    expect(cells).toBe(counts.flat().filter((c) => c > 0).length);
  });
});

describe('a timeline', () => {
  it('shows the shortest event, and keeps the last one inside', () => {
    expect(positionOf({ start: 5, end: 10 }, 100, 200)).toEqual({ x: 10, width: 10 });
    expect(positionOf({ start: 5, end: 5 }, 100, 200).width).toBeGreaterThan(1);
    const last = positionOf({ start: 100, end: 100 }, 100, 200);
    expect(last.x + last.width).toBe(200);
  });
  it('has a few round ticks from zero', () => {
    expect(ticksOf(3600)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500]);
    expect(ticksOf(1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(0.3)).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
  });
});

describe('a tree', () => {
  const node = (id: string, parent: string | null) => ({ id, parent, label: id, value: 0 });
  it('keeps the order given, below each node', () => {
    const children = childrenOf([node('a', null), node('c', 'a'), node('b', 'a')]);
    expect(children.get('a')?.map((n) => n.id)).toEqual(['c', 'b']);
  });
  it('leaves out nodes that hang on nothing or on themselves, which would never end', () => {
    const children = childrenOf([node('a', null), node('b', 'c'), node('c', 'b'), node('d', 'nowhere')]);
    expect([...children.values()].flat().map((n) => n.id)).toEqual(['a']);
  });
});

describe('an interval strip', () => {
  it('shows shares on the whole scale', () => {
    expect(scaleFor({ name: 'a', value: 0.5, unit: '' }, [])).toEqual({ from: 0, to: 1 });
  });
  it('is left out where a dot would say nothing', () => {
    expect(scaleFor({ name: 'a', value: 3 }, [])).toBeNull();
    expect(scaleFor({ name: 'a', value: null }, [1])).toBeNull();
    expect(scaleFor({ name: 'a', value: 3 }, [4])).not.toBeNull();
  });
});

it('text in a tooltip cannot become markup', () => {
  expect(escapeHtml('<img src=x onerror="a">&')).not.toMatch(/[<>"]/);
});

describe('a radar', () => {
  it('starts at the top, goes clockwise and puts 100 at the rim', () => {
    expect(onSpoke(0, 4, 100, 10).y).toBeCloseTo(-10, 12);
    expect(onSpoke(1, 4, 50, 10).x).toBeCloseTo(5, 12);
    expect(onSpoke(3, 7, 0, 10)).toEqual({ x: expect.closeTo(0, 12), y: expect.closeTo(0, 12) });
    expect(ring(7, 100, 1).split(' ')).toHaveLength(7);
  });
  it('closes its outline when every factor was measured', () => {
    const [outline] = outlines([10, 20, 30], 100);
    const points = outline!.split(' ');
    expect(points).toHaveLength(4);
    expect(points[0]).toBe(points[3]);
  });
  it('breaks its outline where a factor was not measured, and draws no line to a lone one', () => {
    const points = outlines([10, 20, null, 40, null, 50, null], 100);
    expect(points).toHaveLength(1);
    expect(points[0]!.split(' ')).toHaveLength(2);
    expect(outlines([null, null, null], 100)).toEqual([]);
  });
});
