// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import type { Report } from '../src/report.ts';
import { gravest } from '../src/summary.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const schema = JSON.parse(read('schema/report.schema.json'));
const sample = JSON.parse(read('sample/report.json')) as Report;
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

/** The sample with one thing changed. */
function changed(change: (report: any) => void): unknown {
  const copy = structuredClone(sample);
  change(copy);
  return copy;
}

function namesIn(node: any): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = node.properties && typeof node.properties === 'object' ? Object.keys(node.properties) : [];
  return [...own, ...Object.values(node).flatMap(namesIn)];
}

describe('the schema', () => {
  it('accepts the sample', () => {
    validate(sample);
    expect(validate.errors ?? []).toEqual([]);
  });
  it.each<[string, (report: any) => void]>([
    ['another format', (r) => { r.format = 'cupel-report/2'; }],
    ['an unknown key', (r) => { r.verdcit = 'pass'; }],
    ['an unknown verdict', (r) => { r.checks[0].verdict = 'ok'; }],
    ['a link that leaves the folder', (r) => { r.checks[0].evidence.file = 'https://example.org/e.json'; }],
    ['a digest in capitals', (r) => { r.model.sha256 = r.model.sha256.toUpperCase(); }],
    ['a picture from elsewhere', (r) => { r.checks[3].figures[2].rows[0].cells[0].png = 'https://example.org/a.png'; }],
    ['a thousand and one points', (r) => { r.checks[2].figures[0].series[0].x = Array(1001).fill(0); }],
    ['a claim of another reach', (r) => { r.crosswalk.rows[0].sufficiency = 'compliant'; }],
    ['a clause with its text', (r) => { r.crosswalk.rows[0].clauses[0].ids[0] = 'x'.repeat(41); }],
    ['a report without checks', (r) => { delete r.checks; }],
  ])('refuses %s', (_name, change) => {
    expect(validate(changed(change))).toBe(false);
  });
  it('names the same keys as the types and the page that describes them', () => {
    const types = read('src/report.ts');
    const page = read('../docs/formats/report.md');
    for (const name of new Set(namesIn(schema))) {
      expect(types, `src/report.ts lacks ${name}`).toMatch(new RegExp(`\\b${name}\\??:`));
      expect(page, `docs/formats/report.md lacks ${name}`).toContain(name);
    }
  });
});

describe('the sample', () => {
  it('says that it is one', () => {
    expect(sample.sample).toBe(true);
  });
  it('has verdicts that follow from its numbers', () => {
    for (const check of sample.checks) {
      for (const r of check.requirementsTested ?? []) {
        const holds = r.comparator === '>=' ? r.compared! >= r.threshold! : r.compared! <= r.threshold!;
        expect(holds, r.expression).toBe(r.verdict === 'pass');
      }
      if (check.requirementsTested) expect(gravest(check.requirementsTested.map((r) => r.verdict))).toBe(check.verdict);
    }
    expect(gravest(sample.checks.map((c) => c.verdict))).toBe(sample.verdict);
  });
});
