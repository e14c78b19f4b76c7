// SPDX-License-Identifier: Apache-2.0
//
// The geometry of a radar: spokes from the top, clockwise, 100 at the rim.

export interface Point {
  x: number;
  y: number;
}

/** Where `score` of 100 lies on spoke `i` of `n`, from a centre at 0, 0. */
export function onSpoke(i: number, n: number, score: number, radius: number): Point {
  const angle = (2 * Math.PI * i) / n - Math.PI / 2;
  const far = (radius * score) / 100;
  return { x: far * Math.cos(angle), y: far * Math.sin(angle) };
}

const written = ({ x, y }: Point): string => `${x.toFixed(2)},${y.toFixed(2)}`;

/** The ring at one score. */
export const ring = (n: number, score: number, radius: number): string =>
  Array.from({ length: n }, (_, i) => written(onSpoke(i, n, score, radius))).join(' ');

/** Where a factor was not measured the outline breaks: a line through it would be a claim. */
export function outlines(scores: (number | null)[], radius: number): string[] {
  const n = scores.length;
  const at = (i: number): Point => onSpoke(i, n, scores[i % n] ?? 0, radius);
  const missing = scores.findIndex((score) => score === null);
  if (missing < 0) return [[...scores.keys(), 0].map((i) => written(at(i))).join(' ')];
  const runs: string[][] = [[]];
  for (let step = 1; step <= n; step++) {
    const i = (missing + step) % n;
    if (scores[i] === null) runs.push([]);
    else runs.at(-1)?.push(written(at(i)));
  }
  return runs.filter((run) => run.length > 1).map((run) => run.join(' '));
}
