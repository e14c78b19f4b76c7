// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useLocale } from '../i18n/context.tsx';
import type { Report, Verdict } from '../report.ts';
import { byPrinciple, countVerdicts, gravest } from '../summary.ts';
import { overallSentence, Punch, verdictWord } from './verdict.tsx';
import { ShortDigest } from './digest.tsx';

/** The head of the report: what it is, what it says, about what, by whom and when. */
export function Certificate({ report }: { report: Report }) {
  const { t, say } = useLocale();
  return (
    <section className="certificate" aria-labelledby="title">
      <p className="kind">{t.documentKind}</p>
      <h1 id="title">{say(report.title)}</h1>
      <div className="head-columns">
        <div className={`verdict-block verdict-${report.verdict}`} id="verdict" tabIndex={-1}>
          <Punch shape="overall" verdict={report.verdict} />
          <div>
            <p className="verdict-kind">{t.overallVerdict}</p>
            <p className="verdict-word">{verdictWord(report.verdict, t)}</p>
            <p className="verdict-sentence">{overallSentence(report.verdict, t)}</p>
          </div>
        </div>
        <Facts report={report} />
      </div>
      {report.summary && <p className="summary">{say(report.summary)}</p>}
      <Hallmarks report={report} />
      <Counts report={report} />
    </section>
  );
}

function Facts({ report }: { report: Report }) {
  const { t, format } = useLocale();
  const facts: [string, ReactNode][] = [];
  if (report.model?.name) facts.push([t.model, report.model.name]);
  if (report.data?.name) facts.push([t.data, report.data.name]);
  if (report.generated) facts.push([t.issued, <time dateTime={report.generated}>{format.time(report.generated)}</time>]);
  if (report.plan?.digest) facts.push([t.planDigest, <ShortDigest hex={report.plan.digest} />]);
  if (report.tool?.version) facts.push([t.engine, `${report.tool.name ?? 'Cupel'} ${report.tool.version}`]);
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One punch a principle, each a link to its section. */
function Hallmarks({ report }: { report: Report }) {
  const { t } = useLocale();
  return (
    <nav aria-label={t.principles}>
      <ul className="hallmarks">
        {byPrinciple(report.checks).map(({ principle, checks }) => {
          const verdict = gravest(checks.map((c) => c.verdict));
          return (
            <li key={principle}>
              <a href={`#${principle}`}>
                <Punch shape={principle} verdict={verdict} />
                <span className="hallmark-name">{t[principle]}</span>
                <span className={`hallmark-verdict verdict-${verdict ?? 'none'}`}>{verdict ? verdictWord(verdict, t) : t.notExamined}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function Counts({ report }: { report: Report }) {
  const { t } = useLocale();
  const counts = countVerdicts(report.checks);
  const words: Record<Verdict, (n: number) => string> = {
    pass: t.countPass, warn: t.countWarn, fail: t.countFail, 'not-run': t.countNotRun, 'not-applicable': t.countNotApplicable,
  };
  const order: Verdict[] = ['pass', 'warn', 'fail', 'not-run', 'not-applicable'];
  return (
    <ul className="counts">
      <li>{t.countOfChecks(report.checks.length)}</li>
      {order.filter((v) => counts[v] > 0).map((v) => (
        <li key={v} className={`verdict-${v}`}>{words[v](counts[v])}</li>
      ))}
    </ul>
  );
}
