// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogues } from '../src/i18n/catalogue.ts';
import { pick } from '../src/i18n/context.tsx';

const sources = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/i18n[\\/](en|zh)\.ts$/.test(name))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');

it('both languages have the same keys, none empty', () => {
  expect(Object.keys(catalogues.zh).sort()).toEqual(Object.keys(catalogues.en).sort());
  for (const catalogue of Object.values(catalogues)) for (const text of Object.values(catalogue)) expect(text).not.toBe('');
});

it('every text is in use', () => {
  const code = sources('src');
  // Titles of principles and their questions are looked up by name.
  const computed = /^(security|privacy|fairness|explainability|reliability)(Asks)?$/;
  const unused = Object.keys(catalogues.en).filter((key) => !computed.test(key) && !new RegExp(`\\bt\\.${key}\\b|\\]\\.${key}\\b`).test(code));
  expect(unused).toEqual([]);
});

it('Chinese texts are Chinese', () => {
  const latin = Object.entries(catalogues.zh).filter(([, text]) => typeof text === 'string' && !/[\u4e00-\u9fff]/.test(text));
  expect(latin.map(([key]) => key)).toEqual(['sampleSize']);
});

it('components hold no text of their own', () => {
  const literals = sources('src/components') + sources('src/figures');
  const words = [...literals.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*</g)].map((m) => m[1]);
  expect(words).toEqual([]);
});

it('words of a report fall back to English', () => {
  expect(pick({ en: 'a', zh: 'b' }, 'zh')).toBe('b');
  expect(pick({ en: 'a' }, 'zh')).toBe('a');
  expect(pick('c', 'zh')).toBe('c');
});
