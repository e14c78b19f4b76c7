// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const template = readFileSync('report-template.html', 'utf8');
const style = /<style>([\s\S]*)<\/style>/.exec(template)?.[1] ?? '';

it('the committed template is what its sources give (else: npm run build)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cupel-report-'));
  // A process of its own: the test runner's NODE_ENV would choose the development build of the libraries.
  const { NODE_ENV: _, ...env } = process.env;
  execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--outDir', folder, '--logLevel', 'error'], { env });
  const built = readFileSync(join(folder, 'report.html'), 'utf8');
  rmSync(folder, { recursive: true });
  // Compared as a condition: a difference in a megabyte of script is no reading.
  expect(built === template).toBe(true);
}, 120_000);

it('holds the place of the data exactly once, in its own block', () => {
  expect(template.split('__CUPEL_REPORT_JSON__')).toHaveLength(2);
  expect(template).toContain('<script id="cupel-report" type="application/json">__CUPEL_REPORT_JSON__</script>');
});

it('is smaller than 1.5 MB', () => {
  expect(Buffer.byteLength(template)).toBeLessThan(1_500_000);
});

it('has a policy that names its one script and its one style sheet by digest', () => {
  const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const script = /<script>([\s\S]*)<\/script>/.exec(template)?.[1] ?? '';
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(template)?.[1] ?? '';
  expect(policy).toContain(`script-src ${digest(script)};`);
  expect(policy).toContain(`style-src-elem ${digest(style)};`);
  expect(policy.startsWith("default-src 'none';")).toBe(true);
});

it('refers to nothing outside itself', () => {
  const outward = [
    ...template.matchAll(/<(?:script|img|iframe|link|source)\b[^>]*\b(?:src|href)=/gi),
    ...style.matchAll(/url\((?!["']?data:)|@import/gi),
  ];
  expect(outward.map((m) => m[0])).toEqual([]);
});
