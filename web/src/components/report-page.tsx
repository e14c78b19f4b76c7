// SPDX-License-Identifier: Apache-2.0
import { useEffect } from 'react';
import { useLocale } from '../i18n/context.tsx';
import type { Report } from '../report.ts';
import { byPrinciple } from '../summary.ts';
import { Certificate } from './certificate.tsx';
import { EvidenceFor } from './evidence-for.tsx';
import { Glance } from './glance.tsx';
import { PrincipleSection } from './principle-section.tsx';
import { Score } from './score.tsx';
import { Subject } from './subject.tsx';
import { VerifyBox } from './verify-box.tsx';
import { verdictWord } from './verdict.tsx';

export function ReportPage({ report }: { report: Report }) {
  const { t, say } = useLocale();
  useEffect(() => {
    document.title = t.documentTitle(say(report.title), verdictWord(report.verdict, t));
  }, [report, t, say]);
  const tool = [report.tool?.name ?? 'Cupel', report.tool?.version].filter(Boolean).join(' ');
  return (
    <>
      {report.sample && <aside className="sample-band" aria-label={t.sampleLabel}>{t.sampleBand}</aside>}
      <main>
        <Certificate report={report} />
        <Glance checks={report.checks} />
        <Score report={report} />
        {byPrinciple(report.checks).map(({ principle, checks }, i) => (
          <PrincipleSection key={principle} principle={principle} checks={checks} chapter={i + 1} />
        ))}
        <EvidenceFor report={report} />
        <Subject report={report} />
        <VerifyBox report={report} />
      </main>
      <footer className="colophon">{t.colophon(tool, report.format)}</footer>
    </>
  );
}
