// SPDX-License-Identifier: Apache-2.0
//
// Where spans of time lie on an axis.

const LEAST = 1.5;

/** A span in pixels. One too short to be seen is drawn as a hairline, and one at the very end stays inside. */
export function positionOf(span: { start: number; end: number }, duration: number, width: number): { x: number; width: number } {
  const scale = width / duration;
  const drawn = Math.min(Math.max((span.end - span.start) * scale, LEAST), width);
  return { x: Math.min(Math.max(span.start * scale, 0), width - drawn), width: drawn };
}

/** Round times from 0, at most eight steps. */
export function ticksOf(duration: number): number[] {
  const rough = duration / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  return Array.from({ length: Math.floor(duration / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
