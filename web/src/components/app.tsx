// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useState } from 'react';
import { languageTag, type Language } from '../i18n/catalogue.ts';
import { createLocale, LocaleContext, useLocale } from '../i18n/context.tsx';
import type { Parsed } from '../parse.ts';
import { firstLanguage, remember, systemTheme, storedTheme, type Theme } from '../settings.ts';
import { Guard } from './guard.tsx';
import { Masthead } from './masthead.tsx';
import { ReportPage } from './report-page.tsx';
import { useUnfoldedPrint } from './unfolded-print.ts';

export function App({ parsed }: { parsed: Parsed }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [theme, setTheme] = useTheme();
  const locale = useMemo(() => createLocale(language), [language]);
  useUnfoldedPrint();
  useEffect(() => {
    document.documentElement.lang = languageTag[language];
  }, [language]);
  const chooseLanguage = (chosen: Language) => {
    remember('language', chosen);
    setLanguage(chosen);
  };
  return (
    <LocaleContext.Provider value={locale}>
      <Masthead theme={theme} onTheme={setTheme} onLanguage={chooseLanguage} />
      {'report' in parsed ? (
        <Guard fallback={(problem) => <Problem words={locale.t.problemShape(problem)} />}>
          <ReportPage report={parsed.report} />
        </Guard>
      ) : (
        <Problem words={parsed.problem(locale.t)} />
      )}
    </LocaleContext.Provider>
  );
}

function Problem({ words }: { words: string }) {
  const { t } = useLocale();
  return (
    <main className="problem" role="alert">
      <h1>{t.cannotShow}</h1>
      <p>{words}</p>
      <p className="quiet">{t.cannotShowHint}</p>
    </main>
  );
}

/** Follows the system until the reader chooses. */
function useTheme(): [Theme, (theme: Theme) => void] {
  const [chosen, setChosen] = useState<Theme | null>(storedTheme);
  const [system, setSystem] = useState<Theme>(systemTheme);
  const theme = chosen ?? system;
  useEffect(() => {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setSystem(systemTheme());
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const choose = (next: Theme) => {
    remember('theme', next);
    setChosen(next);
  };
  return [theme, choose];
}
