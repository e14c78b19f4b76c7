// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { sharedTitles } from '../src/components/metric-table.tsx';
import { createLocale } from '../src/i18n/context.tsx';
import type { Check, Crosswalk } from '../src/report.ts';
import { anchorOf, byPrinciple, countVerdicts, decidingRequirement, gravest, keyMetric, largestConfusions, safePath, thinned, thresholdsOf, topicsOf } from '../src/summary.ts';

const check = (more: Partial<Check> = {}): Check => ({ id: 'a.b', principle: 'security', verdict: 'pass', ...more });

describe('verdicts', () => {
  it('are ordered as the engine orders them', () => {
    expect(gravest(['pass', 'not-applicable', 'warn'])).toBe('warn');
    expect(gravest(['warn', 'not-run'])).toBe('not-run');
    expect(gravest(['not-run', 'fail'])).toBe('fail');
    expect(gravest([])).toBeNull();
  });
  it('are counted, unknown ones left out', () => {
    const odd = check({ verdict: 'odd' as Check['verdict'] });
    expect(countVerdicts([check(), check({ verdict: 'fail' }), odd])).toMatchObject({ pass: 1, fail: 1, warn: 0 });
  });
  it('list every principle, also one without a check', () => {
    expect(byPrinciple([check()]).map((g) => [g.principle, g.checks.length])).toEqual([
      ['reliability', 0], ['security', 1], ['privacy', 0], ['fairness', 0], ['explainability', 0],
    ]);
  });
});

describe('the key number', () => {
  const metrics = [{ name: 'first', value: 1 }, { name: 'second', value: 2 }, { name: 'third', value: 3 }];
  it('is the named one, else that of the gravest requirement, else the first', () => {
    const tested = [{ expression: 'first >= 1', metric: 'first', verdict: 'pass' as const }, { expression: 'second >= 4', metric: 'second', verdict: 'fail' as const }];
    expect(keyMetric(check({ metrics }))?.name).toBe('first');
    expect(keyMetric(check({ metrics, requirementsTested: tested }))?.name).toBe('second');
    expect(keyMetric(check({ metrics, requirementsTested: tested, keyMetric: 'third' }))?.name).toBe('third');
    expect(decidingRequirement(check({ requirementsTested: tested }))?.expression).toBe('second >= 4');
  });
  it('is found when the plan asks for its plain value', () => {
    const c = check({ metrics, requirementsTested: [{ expression: 'second.value >= 1', metric: 'second.value', threshold: 1, verdict: 'pass' }] });
    expect(keyMetric(c)?.name).toBe('second');
    expect(thresholdsOf(c, c.metrics![1]!)).toEqual([1]);
  });
  it('is absent when nothing was measured', () => {
    expect(keyMetric(check())).toBeUndefined();
  });
});

describe('a link', () => {
  it('leads to a file beside or below the page', () => {
    expect(safePath('evidence/0001-evaluate.accuracy.sigstore.json')).toBe('evidence/0001-evaluate.accuracy.sigstore.json');
  });
  it.each(['javascript:alert(1)', 'https://example.org/a', '//example.org', '/etc/passwd', '../a', 'a/../../b', 'a//b', './a', 'a?b', '', 'C:\\a'])('does not lead to %j', (path) => {
    expect(safePath(path)).toBeNull();
  });
});

it('anchors hold no character that needs escaping', () => {
  expect(anchorOf(check({ id: 'inspect.pgd/l2 x' }))).toBe('check-inspect-pgd-l2-x');
});

it('the largest confusions leave out the diagonal and come most frequent first', () => {
  expect(largestConfusions([[90, 2, 8], [5, 95, 0], [9, 0, 91]], 2)).toEqual([
    { row: 2, column: 0, count: 9, share: 0.09 },
    { row: 0, column: 2, count: 8, share: 0.08 },
  ]);
});

it('thinning keeps both ends', () => {
  expect(thinned(3, 5)).toEqual([0, 1, 2]);
  expect(thinned(101, 5)).toEqual([0, 25, 50, 75, 100]);
});

it('metrics that share a title are told apart by name', () => {
  const metrics = [{ name: 'recall.0', title: 'Recall', value: 1 }, { name: 'recall.1', title: 'Recall', value: 1 }, { name: 'accuracy', title: 'Accuracy', value: 1 }];
  expect([...sharedTitles(metrics, createLocale('en'))]).toEqual(['Recall']);
});

describe('topics of a catalogue', () => {
  const row = (id: string, more: object = {}) => ({ id, title: id, clauses: [{ catalogue: 'law', ids: [`Art. ${id}`] }], checks: [], documents: [], ...more });
  const crosswalk: Crosswalk = {
    version: '1',
    catalogues: [{ id: 'law', title: 'A law' }, { id: 'norm', title: 'A norm' }],
    rows: [row('1', { sufficiency: 'full' }), row('2'), row('3', { sufficiency: 'partial', clauses: [{ catalogue: 'norm', ids: ['N.3'] }] })],
  };
  it('are the rows that there is evidence on, with the clauses of that catalogue alone', () => {
    expect(topicsOf(crosswalk, 'law').map(({ row: { id }, ids }) => [id, ids])).toEqual([['1', ['Art. 1']]]);
    expect(topicsOf(crosswalk, 'norm').map(({ row: { id }, ids }) => [id, ids])).toEqual([['3', ['N.3']]]);
    expect(topicsOf(crosswalk, 'other')).toEqual([]);
  });
});
