// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { Catalogue } from '../i18n/catalogue.ts';
import type { Check, Principle } from '../report.ts';
import { gravest } from '../summary.ts';
import { CheckArticle } from './check-article.tsx';
import { Punch } from './verdict.tsx';

const questionOf = (principle: Principle, t: Catalogue): string => t[`${principle}Asks`];

export function PrincipleSection({ principle, checks, chapter }: { principle: Principle; checks: Check[]; chapter: number }) {
  const { t } = useLocale();
  return (
    <section className="principle" aria-labelledby={principle}>
      <header className="principle-head">
        <Punch shape={principle} verdict={gravest(checks.map((c) => c.verdict))} />
        <div>
          <h2 id={principle}>{t[principle]}</h2>
          <p className="question">{questionOf(principle, t)}</p>
        </div>
      </header>
      {checks.length === 0 && <p className="quiet">{t.notExaminedLong}</p>}
      {checks.map((check, i) => (
        <CheckArticle key={check.id} check={check} number={`${chapter}.${i + 1}`} />
      ))}
    </section>
  );
}
