// SPDX-License-Identifier: Apache-2.0
//
// Reports that are empty, broken, large, or written by somebody who means harm.

import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Figure, Report } from '../src/report.ts';
import { launch, open, ReportFile, type Watched } from './page.ts';

let browser: Browser;
let file: ReportFile | null = null;
let watched: Watched;

beforeAll(async () => {
  browser = await launch();
});
afterEach(async () => {
  await watched.page.close();
  file?.remove();
  file = null;
});
afterAll(() => browser.close());

async function show(json: string | null) {
  file = new ReportFile(json);
  watched = await open(browser, file);
  return watched.page;
}

const small = (more: Partial<Report>): string =>
  JSON.stringify({ format: 'cupel-report/1', title: 'small', verdict: 'pass', checks: [], ...more });

const withFigure = (figure: unknown): string =>
  small({ checks: [{ id: 'a.b', principle: 'security', verdict: 'pass', figures: [figure as Figure] }] });

it('the empty template says that it is one', async () => {
  const page = await show(null);
  expect(await page.getByRole('alert').innerText()).toContain('empty template');
  expect(watched.complaints).toEqual([]);
});

it('data that is cut off is named as such', async () => {
  const page = await show('{"format": "cupel-report/1", "title": ');
  expect(await page.getByRole('alert').innerText()).toContain('not valid JSON');
});

it('the smallest report shows five principles that were not examined', async () => {
  const page = await show(small({}));
  expect(await page.locator('.verdict-word').innerText()).toBe('Pass');
  expect(await page.locator('.hallmark-verdict').allInnerTexts()).toEqual(Array(5).fill('Not examined'));
  expect(watched.complaints).toEqual([]);
});

it('text of a report stays text, and its links stay in the folder', async () => {
  const evil = '</script><script>window.harmed = true</script><img src=x onerror="window.harmed = true">';
  const page = await show(
    small({
      title: evil,
      summary: evil,
      ledger: { checkpoint: '../../../etc/passwd', origin: evil },
      checks: [
        {
          id: evil, title: evil, principle: 'privacy', verdict: 'fail', notes: [evil], evidence: { file: 'javascript:window.harmed=true' },
          figures: [
            { type: 'bars', title: evil, series: [{ label: evil, value: 1 }] },
            { type: 'images', rows: [{ cells: [{ png: 'https://example.invalid/a.png' }, { png: 'data:image/svg+xml;base64,PHN2Zy8+' }] }] },
          ],
        },
      ],
    }),
  );
  expect(await page.locator('h1').innerText()).toBe(evil);
  const chart = (await page.locator('.chart').boundingBox())!;
  await page.mouse.move(chart.x + chart.width / 2, chart.y + 20);
  await page.waitForTimeout(100);
  expect(await page.evaluate(() => (window as any).harmed)).toBeUndefined();
  expect(await page.locator('img').count()).toBe(0);
  const links = await page.locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  expect(links.filter((h) => !h?.startsWith('#'))).toEqual([]);
  expect(watched.requests).toEqual([]);
});

it('even a script that got in would not run and could not call out', async () => {
  const page = await show(small({}));
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.harmed = true';
    document.body.append(script);
    const answer = await fetch('https://example.invalid/').then(() => 'sent', () => 'refused');
    return [(window as any).harmed, answer];
  });
  expect(ran).toEqual([undefined, 'refused']);
  expect(watched.complaints.join()).toContain('Content Security Policy');
});

it.each([
  ['of an unknown type', { type: 'pie' }],
  ['without its data', { type: 'curve' }],
  ['with data of another kind', { type: 'confusion', labels: ['a'], counts: 'none' }],
])('a figure %s is named in its place and leaves the page alone', async (_name, figure) => {
  const page = await show(withFigure(figure));
  expect(await page.locator('.broken').innerText()).toContain('This figure cannot be shown');
  expect(await page.locator('.verdict-word').innerText()).toBe('Pass');
});

it('data that no page can be made of is named, not shown as an empty page', async () => {
  const page = await show(small({ checks: [{ id: 'a.b', principle: 'security', verdict: 'pass', figures: [null as unknown as Figure] }] }));
  expect(await page.getByRole('alert').innerText()).toContain('incomplete');
});

it('a hundred classes are a drawing and ten lines', async () => {
  const labels = Array.from({ length: 100 }, (_, i) => `class ${i}`);
  const counts = labels.map((_, i) => labels.map((__, j) => (i === j ? 90 : (i * 31 + j * 17) % 5)));
  const page = await show(withFigure({ type: 'confusion', labels, counts }));
  expect(await page.locator('.confusion-drawing path').count()).toBeLessThanOrEqual(16);
  expect(await page.locator('.figure table tbody tr').count()).toBe(10);
  expect(watched.complaints).toEqual([]);
});

it('a report does not grow with the data: the sample is the template and under 100 kB more', () => {
  expect(readFileSync('sample/report.json').length).toBeLessThan(100_000);
});
