// SPDX-License-Identifier: Apache-2.0
//
// The reader's two choices. They are kept where the browser allows it (some do not for file: pages) and never sent.

import type { Language } from './i18n/catalogue.ts';

export type Theme = 'light' | 'dark';

type Setting = 'language' | 'theme';

function recall(name: Setting): string | null {
  try {
    return window.localStorage.getItem(`cupel-report.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: Setting, value: string): void {
  try {
    window.localStorage.setItem(`cupel-report.${name}`, value);
  } catch {
    // No storage: the choice holds until the page is closed.
  }
}

export function firstLanguage(): Language {
  const stored = recall('language');
  if (stored === 'en' || stored === 'zh') return stored;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function storedTheme(): Theme | null {
  const stored = recall('theme');
  return stored === 'light' || stored === 'dark' ? stored : null;
}

export const systemTheme = (): Theme => (window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
