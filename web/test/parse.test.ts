// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { en } from '../src/i18n/en.ts';
import { parseReport } from '../src/parse.ts';

const problem = (text: string): string => {
  const parsed = parseReport(text);
  return 'problem' in parsed ? parsed.problem(en) : '';
};

it('reads the smallest report', () => {
  const parsed = parseReport('{"format":"cupel-report/1","title":"t","verdict":"pass","checks":[]}');
  expect('report' in parsed && parsed.report.title).toBe('t');
});

it.each([
  ['', 'empty template'],
  ['__CUPEL_REPORT_JSON__', 'empty template'],
  ['{"format":', 'not valid JSON'],
  ['[]', 'expected an object'],
  ['null', 'expected an object'],
  ['{"format":"cupel-report/2"}', 'format "cupel-report/2"'],
  ['{"format":"cupel-report/1","title":"t","checks":[]}', '"verdict" is missing'],
  ['{"format":"cupel-report/1","title":"t","verdict":"pass","checks":{}}', '"checks" is not an array'],
  ['{"format":"cupel-report/1","title":"t","verdict":"pass","checks":[{"id":"a"}]}', 'check 1 lacks'],
])('refuses %j and says why', (text, words) => {
  expect(problem(text)).toContain(words);
});
