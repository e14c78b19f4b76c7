// SPDX-License-Identifier: Apache-2.0
import type { Catalogue } from './i18n/catalogue.ts';
import { FORMAT, type Report } from './report.ts';

/** Either the report, or the words that say why there is none. */
export type Parsed = { report: Report } | { problem: (t: Catalogue) => string };

/** Reads the data block. Checks what the page cannot do without; the schema in schema/ checks the rest at the source. */
export function parseReport(text: string): Parsed {
  const trimmed = text.trim();
  // The placeholder itself must not be spelled out here: it may stand in the page only once.
  if (trimmed === '' || trimmed.startsWith('__CUPEL')) return { problem: (t) => t.problemEmpty };
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (error) {
    return { problem: (t) => t.problemSyntax(String(error instanceof Error ? error.message : error)) };
  }
  if (!isObject(value)) return shape('expected an object');
  const found = String(value.format ?? '');
  if (found !== FORMAT) return { problem: (t) => t.problemFormat(found, FORMAT) };
  for (const key of ['title', 'verdict', 'checks']) {
    if (!(key in value)) return shape(`"${key}" is missing`);
  }
  if (!Array.isArray(value.checks)) return shape('"checks" is not an array');
  for (const [i, check] of value.checks.entries()) {
    if (!isObject(check) || !check.id || !check.principle || !check.verdict) {
      return shape(`check ${i + 1} lacks an id, a principle or a verdict`);
    }
  }
  return { report: value as unknown as Report };
}

const shape = (detail: string): Parsed => ({ problem: (t) => t.problemShape(detail) });

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);
