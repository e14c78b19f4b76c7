// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEEP, shadeOf } from '../src/figures/confusion.tsx';

const css = readFileSync('src/styles/tokens.css', 'utf8');
const coloursIn = (text: string) => Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
const [lightCss = '', darkCss = ''] = css.split('@media screen');
const themes = { light: coloursIn(lightCss), dark: { ...coloursIn(lightCss), ...coloursIn(darkCss) } };

/** Relative luminance and contrast ratio of WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const inks = ['ink', 'ink-2', 'brass', 'link', 'reference', 'pass', 'warn', 'fail', 'not-run', 'not-applicable'];
const lines = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'focus'];

it.each(['light', 'dark'] as const)('all words of the %s page reach 4.5 : 1, all lines 3 : 1', (name) => {
  const theme = themes[name];
  for (const ground of ['sheet', 'paper']) {
    for (const ink of inks) expect(contrast(theme[ink]!, theme[ground]!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    for (const line of lines) expect(contrast(theme[line]!, theme[ground]!), `${line} on ${ground}`).toBeGreaterThanOrEqual(3);
  }
  for (const verdict of ['pass', 'warn', 'fail', 'not-run', 'not-applicable', 'brass']) {
    expect(contrast(theme[verdict]!, theme['on-verdict']!), `sign on ${verdict}`).toBeGreaterThanOrEqual(4.5);
  }
});

it.each([['light', lightCss], ['dark', darkCss]] as const)('numbers in the %s confusion matrix reach 4.5 : 1 on every shade', (name, text) => {
  const theme = themes[name];
  const channels = (hex: string) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const heats = Object.fromEntries([...text.matchAll(/--(heat-\w+): (\d+) (\d+) (\d+);/g)].map((m) => [m[1]!, m.slice(2, 5).map(Number)]));
  for (const diagonal of [true, false]) {
    for (let share = 0; share <= 1; share += 0.005) {
      const { rgb, alpha } = shadeOf(share, diagonal);
      const heat = heats[rgb.slice(6, -1)]!;
      const mixed = channels(theme.sheet!).map((c, i) => Math.round(c + alpha * (heat[i]! - c)));
      const ground = `#${mixed.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
      const ink = alpha >= DEEP ? theme['on-heat']! : theme.ink!;
      expect(contrast(ink, ground), `${rgb} at ${alpha}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});
