// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';

export const CHROMIUM = process.env.CUPEL_CHROMIUM ?? '/usr/bin/chromium';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

/** A report as the engine writes it: the template with the data in its place, every "<" escaped. */
export class ReportFile {
  readonly folder = mkdtempSync(join(tmpdir(), 'cupel-report-'));
  readonly path = join(this.folder, 'report.html');
  readonly url = pathToFileURL(this.path).href;

  constructor(json: string | null) {
    const template = readFileSync('report-template.html', 'utf8');
    writeFileSync(this.path, json === null ? template : template.replace('__CUPEL_REPORT_JSON__', () => json.replaceAll('<', '\\u003c')));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A page and what it must not do: complain, or ask for anything beside its own file. */
export interface Watched {
  page: Page;
  complaints: string[];
  requests: string[];
}

export interface Reader {
  language?: 'en-GB' | 'zh-CN';
  scheme?: 'light' | 'dark';
  width?: number;
}

export async function open(browser: Browser, file: ReportFile, { language = 'en-GB', scheme = 'light', width = 1200 }: Reader = {}): Promise<Watched> {
  const page = await browser.newPage({ locale: language, colorScheme: scheme, viewport: { width, height: 900 } });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (m) => complaints.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', (e) => complaints.push(`error: ${e.message}`));
  page.on('request', (r) => {
    if (r.url() !== file.url && !r.url().startsWith('data:')) requests.push(r.url());
  });
  await page.goto(file.url);
  await page.waitForSelector('main');
  return { page, complaints, requests };
}
