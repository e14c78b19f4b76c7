// SPDX-License-Identifier: Apache-2.0
//
// The sample report in Chromium, opened from a file as a reader would.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/report.ts';
import { launch, open, ReportFile, type Reader, type Watched } from './page.ts';

const sampleText = readFileSync('sample/report.json', 'utf8');
const sample = JSON.parse(sampleText) as Report;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let file: ReportFile;
let watched: Watched;

beforeAll(async () => {
  browser = await launch();
  file = new ReportFile(sampleText);
});
afterEach(async () => {
  await watched.page.close();
  expect(watched.complaints).toEqual([]);
  expect(watched.requests).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  file.remove();
});

const read = async (reader?: Reader) => {
  watched = await open(browser, file, reader);
  return watched.page;
};

describe('the head', () => {
  it('says the verdict in words, in English', async () => {
    const page = await read();
    expect(await page.locator('.verdict-word').innerText()).toBe('Fail');
    expect(await page.locator('.verdict-sentence').innerText()).toBe('A requirement fails');
    expect(await page.title()).toBe('Garment classifier for a sorting line (sample): Fail');
    expect(await page.locator('.sample-band').innerText()).toContain('Sample');
    expect(await page.locator('.counts').innerText()).toContain('1 not run');
  });
  it('says it in Chinese to a Chinese reader', async () => {
    const page = await read({ language: 'zh-CN' });
    expect(await page.locator('.verdict-word').innerText()).toBe('不通过');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  });
  it('changes language and theme, by keyboard alone', async () => {
    const page = await read();
    await page.getByRole('button', { name: '中文' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('h1').innerText()).toBe('分拣线服装分类器（样例）');
    const light = await page.evaluate(() => getComputedStyle(document.body).color);
    await page.getByRole('button', { name: '深色页面' }).focus();
    await page.keyboard.press('Space');
    expect(await page.evaluate(() => getComputedStyle(document.body).color)).not.toBe(light);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });
  it('is dark for a reader whose system is', async () => {
    const page = await read({ scheme: 'dark' });
    const [r = 255] = (await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).match(/\d+/g)!.map(Number);
    expect(r).toBeLessThan(40);
  });
  it('leads with its first tab stop to the verdict', async () => {
    const page = await read();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(page.url()).toMatch(/#verdict$/);
  });
});

describe('the checks', () => {
  it('are all at a glance, with number, interval, n, requirement and evidence', async () => {
    const page = await read();
    const rows = page.locator('.glance tbody tr:not(.group)');
    expect(await rows.count()).toBe(sample.checks.length);
    const pgd = await rows.filter({ hasText: 'Projected gradient attack' }).innerText();
    for (const part of ['Fail', '31.2%', '28.4', '34.1%', '1,000', 'robust_accuracy', '0.40', '#3']) expect(pgd).toContain(part);
    expect(await page.locator('.glance tr.group').count()).toBe(5);
  });
  it('link to their evidence by a relative path', async () => {
    const page = await read();
    for (const check of sample.checks) {
      const links = page.locator(`.glance a[href="${check.evidence?.file}"], .check a[href="${check.evidence?.file}"]`);
      expect(await links.count()).toBe(2);
    }
    const outward = await page.locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')).filter((h) => !/^(#|evidence\/|ledger\/|keys\/)/.test(h ?? '')));
    expect(outward).toEqual([]);
  });
  it('are reached from the table: every link within the page has its target', async () => {
    const page = await read();
    const lost = await page.locator('a[href^="#"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')!).filter((h) => !document.getElementById(h.slice(1))));
    expect(lost).toEqual([]);
  });
  it('show a not-run check with its reason', async () => {
    const page = await read();
    expect(await page.locator('#check-evaluate-subgroups').innerText()).toContain('declares no group attribute');
  });
});

describe('evidence available for', () => {
  const crosswalk = sample.crosswalk!;
  it('lists every catalogue with its topics, clauses and the verdicts of the checks', async () => {
    const page = await read();
    const folds = page.locator('.evidence-for details');
    expect(await folds.count()).toBe(crosswalk.catalogues.length + 1);
    await page.locator('.evidence-for summary').filter({ hasText: 'EU AI Act' }).click();
    const attack = await page.locator('.evidence-for details[open] tr').filter({ hasText: 'Accuracy under attack' }).innerText();
    for (const part of ['Art. 15(4)', 'Art. 15(5)', 'Projected gradient attack', 'Fail', '#3', 'covers a part']) expect(attack).toContain(part);
    await page.locator('.evidence-for summary').last().click();
    expect(await page.locator('.without').innerText()).toContain('Review case');
  });
  it('says so in Chinese', async () => {
    const page = await read({ language: 'zh-CN' });
    await page.locator('.evidence-for summary').first().click();
    const section = await page.locator('.evidence-for').innerText();
    for (const part of ['可提供证据的条目', '欧盟《人工智能法》', '攻击下的准确性', '不通过', '覆盖一部分']) expect(section).toContain(part);
  });
  it('never says that something conforms', async () => {
    const page = await read();
    expect(await page.locator('.evidence-for').innerText()).not.toMatch(/complian|complies|conform/i);
  });
  it('opens with the keyboard, and a link leads to the check', async () => {
    const page = await read();
    await page.locator('.evidence-for summary').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.evidence-for details[open] a[href="#check-inspect-pgd"]').click();
    expect(page.url()).toMatch(/#check-inspect-pgd$/);
  });
});

describe('the figures', () => {
  it('are drawn as SVG, with their numbers in a table', async () => {
    const page = await read();
    const drawn = sample.checks.flatMap((c) => c.figures ?? []).filter((f) => ['curve', 'bars', 'reliability'].includes(f.type)).length;
    const shapes = await page.locator('.chart').evaluateAll((all) => all.map((c) => c.querySelectorAll('svg path').length));
    expect(shapes).toHaveLength(drawn);
    for (const n of shapes) expect(n).toBeGreaterThan(10);
    expect(await page.locator('.figure:not(.figure-timeline) details.numbers').count()).toBe(drawn);
    const bins = page.locator('.figure-reliability details.numbers').first();
    await bins.locator('summary').click();
    expect(await bins.locator('table tbody tr').count()).toBe(15);
  });
  it('show every picture, and the confusion matrix with its numbers', async () => {
    const page = await read();
    const sizes = await page.locator('.images img').evaluateAll((all) => all.map((i) => (i as HTMLImageElement).naturalWidth));
    expect(sizes).toEqual(Array(20).fill(28));
    expect(await page.locator('.figure-confusion .confusion tbody td').count()).toBe(100);
    expect(await page.locator('.broken').count()).toBe(0);
  });
  it('show events on one axis, groups inside groups, and what was not evaluated', async () => {
    const page = await read();
    expect(await page.locator('.timeline rect').count()).toBe(9);
    expect(await page.locator('.timeline .span-miss').count()).toBe(1);
    expect(await page.locator('.figure-timeline details.numbers tbody tr').count()).toBe(9);
    expect(await page.locator('.tree ul ul ul .tree-highlight').count()).toBe(1);
    expect(await page.locator('.heat tbody td').count()).toBe(6);
    expect(await page.locator('.heat tbody td', { hasText: 'not evaluated' }).count()).toBe(1);
  });
  it('answer the pointer', async () => {
    const page = await read();
    const chart = page.locator('#check-inspect-pgd .chart').first();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => chart.innerText()).toMatch(/PGD-20 \d/);
  });
  it('follow the width of the page', async () => {
    const page = await read({ width: 400 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
    const wide = await page.locator('.chart svg').first().evaluate((s) => s.getBoundingClientRect().width);
    expect(wide).toBeLessThan(400);
  });
});

describe('for everyone', () => {
  it.each<Reader>([{ scheme: 'light' }, { scheme: 'dark' }, { language: 'zh-CN' }])('axe finds nothing wrong: %j', async (reader) => {
    const page = await read(reader);
    await page.locator('details.catalogue').evaluateAll((all) => all.forEach((d) => ((d as HTMLDetailsElement).open = true)));
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const result = await (window as any).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return result.violations.map((v: any) => `${v.id}: ${v.nodes.slice(0, 3).map((n: any) => n.html.slice(0, 160)).join(' | ')}`);
    });
    expect(violations).toEqual([]);
  });
});

describe('on paper', () => {
  it('is light and unfolded, and becomes a PDF', async () => {
    const page = await read({ scheme: 'dark' });
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(50_000);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.controls').isVisible()).toBe(false);
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('details:not([open]):not([data-print="closed"])').count()).toBe(0);
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    expect(await page.locator('details[open]').count()).toBe(0);
  });
});
