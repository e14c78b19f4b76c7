// SPDX-License-Identifier: Apache-2.0
//
// What the page derives from a report: counts, the gravest verdict, the number to show at a glance, safe links.

import type { Check, Crosswalk, CrosswalkRow, Metric, Principle, RequirementTested, Verdict } from './report.ts';

export const PRINCIPLES: readonly Principle[] = ['reliability', 'security', 'privacy', 'fairness', 'explainability'];

/** From gravest to lightest, as the engine orders them. */
export const VERDICTS: readonly Verdict[] = ['fail', 'not-run', 'warn', 'pass', 'not-applicable'];

export function gravest(verdicts: readonly Verdict[]): Verdict | null {
  return VERDICTS.find((v) => verdicts.includes(v)) ?? null;
}

export function countVerdicts(checks: readonly Check[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { pass: 0, warn: 0, fail: 0, 'not-run': 0, 'not-applicable': 0 };
  for (const check of checks) if (check.verdict in counts) ++counts[check.verdict];
  return counts;
}

export function byPrinciple(checks: readonly Check[]): { principle: Principle; checks: Check[] }[] {
  return PRINCIPLES.map((principle) => ({ principle, checks: checks.filter((c) => c.principle === principle) }));
}

/** "robust_accuracy.value" and "robust_accuracy" name the same metric. */
const metricNamed = (check: Check, name: string | undefined): Metric | undefined =>
  name === undefined ? undefined : check.metrics?.find((m) => m.name === name || `${m.name}.value` === name);

export function metricOf(check: Check, requirement: RequirementTested): Metric | undefined {
  return metricNamed(check, requirement.metric);
}

/** The gravest requirement of a check: the one that decides. */
export function decidingRequirement(check: Check): RequirementTested | undefined {
  const tested = check.requirementsTested ?? [];
  const worst = gravest(tested.map((r) => r.verdict));
  return tested.find((r) => r.verdict === worst) ?? tested[0];
}

export function keyMetric(check: Check): Metric | undefined {
  return metricNamed(check, check.keyMetric) ?? metricNamed(check, decidingRequirement(check)?.metric) ?? check.metrics?.[0];
}

/** Thresholds that the plan sets on a metric. */
export function thresholdsOf(check: Check, metric: Metric): number[] {
  return (check.requirementsTested ?? [])
    .filter((r) => metricOf(check, r) === metric && r.threshold !== undefined)
    .map((r) => r.threshold as number);
}

/** The rows of a catalogue that there is evidence on, with the catalogue's clauses. */
export function topicsOf(crosswalk: Crosswalk, catalogue: string): { row: CrosswalkRow; ids: string[] }[] {
  return crosswalk.rows
    .filter((row) => row.sufficiency !== undefined)
    .map((row) => ({ row, ids: row.clauses.filter((c) => c.catalogue === catalogue).flatMap((c) => c.ids) }))
    .filter(({ ids }) => ids.length > 0);
}

/** A path that can only lead to a file beside or below the page, or null. */
export function safePath(path: string | undefined): string | null {
  if (!path || !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(path)) return null;
  return path.split('/').some((part) => part === '..' || part === '.') ? null : path;
}

/** The id of a check's section in the page. */
export const anchorOf = (check: Check): string => `check-${check.id.replace(/[^A-Za-z0-9_-]+/g, '-')}`;

export interface Confusion {
  row: number;
  column: number;
  count: number;
  share: number;
}

/** Off-diagonal cells, most frequent first. */
export function largestConfusions(counts: readonly (readonly number[])[], limit: number): Confusion[] {
  const found: Confusion[] = [];
  counts.forEach((cells, row) => {
    const total = cells.reduce((a, b) => a + b, 0);
    cells.forEach((count, column) => {
      if (row !== column && count > 0) found.push({ row, column, count, share: count / total });
    });
  });
  return found.sort((a, b) => b.count - a.count || a.row - b.row || a.column - b.column).slice(0, limit);
}

/** Indices of at most `limit` of n points, evenly spread, first and last included. */
export function thinned(n: number, limit: number): number[] {
  if (n <= limit) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: limit }, (_, i) => Math.round((i * (n - 1)) / (limit - 1)));
}
