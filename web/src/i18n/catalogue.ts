// SPDX-License-Identifier: Apache-2.0
import { en } from './en.ts';
import { zh } from './zh.ts';

type Widened<T> = { [K in keyof T]: T[K] extends (...args: infer A) => string ? (...args: A) => string : string };

/** What a language must provide: each key of en.ts, with the same arguments. */
export type Catalogue = Widened<typeof en>;

export type Language = 'en' | 'zh';

export const catalogues: Record<Language, Catalogue> = { en, zh };

/** The value of the page's lang attribute. */
export const languageTag: Record<Language, string> = { en: 'en', zh: 'zh-Hans' };
