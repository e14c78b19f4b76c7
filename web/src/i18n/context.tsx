// SPDX-License-Identifier: Apache-2.0
import { createContext, useContext } from 'react';
import { createFormat, type Format } from '../format.ts';
import type { Text } from '../report.ts';
import { catalogues, type Catalogue, type Language } from './catalogue.ts';

export interface Locale {
  language: Language;
  t: Catalogue;
  format: Format;
  /** The words of the report in this language; English where it has no others. */
  say: (text: Text) => string;
}

export function createLocale(language: Language): Locale {
  const t = catalogues[language];
  return { language, t, format: createFormat(language, t), say: (text) => pick(text, language) };
}

export function pick(text: Text, language: Language): string {
  if (typeof text === 'string') return text;
  return (language === 'zh' && text.zh) || text.en;
}

export const LocaleContext = createContext<Locale>(createLocale('en'));

export const useLocale = (): Locale => useContext(LocaleContext);
