// SPDX-License-Identifier: Apache-2.0
import { catalogues, languageTag, type Language } from '../i18n/catalogue.ts';
import { useLocale } from '../i18n/context.tsx';
import type { Theme } from '../settings.ts';

interface Props {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onLanguage: (language: Language) => void;
}

/** The name of the house at the left, the page's few controls at the right. The controls are not printed. */
export function Masthead({ theme, onTheme, onLanguage }: Props) {
  const { t, language } = useLocale();
  const other: Theme = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="masthead">
      <a className="unseen focusable" href="#verdict">{t.skipToContent}</a>
      <span className="wordmark">
        <svg viewBox="0 0 40 28" aria-hidden="true">
          <path d="M3 6h34l-4.5 18h-25z" />
          <path d="M9 6c1 7 21 7 22 0" />
          <circle cx="20" cy="7.4" r="3.1" className="bead" />
        </svg>
        Cupel
      </span>
      <div className="controls">
        <div role="group" aria-label={t.chooseLanguage} className="choice">
          {(Object.keys(catalogues) as Language[]).map((l) => (
            <button key={l} type="button" lang={languageTag[l]} aria-pressed={l === language} onClick={() => onLanguage(l)}>
              {catalogues[l].language}
            </button>
          ))}
        </div>
        <button type="button" className="control" onClick={() => onTheme(other)}>
          {other === 'dark' ? t.useDark : t.useLight}
        </button>
        <button type="button" className="control" onClick={() => window.print()}>
          {t.print}
        </button>
      </div>
    </header>
  );
}
