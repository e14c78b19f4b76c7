// SPDX-License-Identifier: Apache-2.0
import { FigureView } from '../figures/figure.tsx';
import { useLocale } from '../i18n/context.tsx';
import type { Check, Evidence, Parameter } from '../report.ts';
import { anchorOf } from '../summary.ts';
import { ShortDigest } from './digest.tsx';
import { FileLink } from './file-link.tsx';
import { MetricTable } from './metric-table.tsx';
import { RequirementTable } from './requirement-table.tsx';
import { VerdictTag } from './verdict.tsx';

/** All of one check: what was asked, what was required, what was measured, what it looked like, where the proof is. */
export function CheckArticle({ check, number }: { check: Check; number: string }) {
  const { t, say } = useLocale();
  const anchor = anchorOf(check);
  const heading = `${anchor}-title`;
  const figures = check.figures ?? [];
  const notes = check.notes ?? [];
  return (
    <article className="check" id={anchor} aria-labelledby={heading}>
      <header className="check-head">
        <h3 id={heading}>
          <span className="section-number">{number}</span> {check.title ? say(check.title) : check.id}
        </h3>
        <VerdictTag verdict={check.verdict} />
      </header>
      <CheckLine check={check} />
      {check.summary && <p className="lead">{say(check.summary)}</p>}
      {check.reason && <p className={`reason verdict-${check.verdict}`}>{say(check.reason)}</p>}
      <RequirementTable check={check} />
      <MetricTable check={check} />
      {notes.length > 0 && (
        <div className="notes" role="note" aria-label={t.notes}>
          {notes.map((note, i) => (
            <p key={i}>{say(note)}</p>
          ))}
        </div>
      )}
      {figures.length > 0 && (
        <div className="figures">
          {figures.map((figure, i) => (
            <FigureView key={i} figure={figure} number={`${number}${String.fromCharCode(97 + (i % 26))}`} />
          ))}
        </div>
      )}
      <Parameters parameters={check.parameters ?? []} />
      <EvidenceLine evidence={check.evidence} />
    </article>
  );
}

function CheckLine({ check }: { check: Check }) {
  const { t, format } = useLocale();
  const requirements = check.requirements ?? [];
  return (
    <p className="check-line">
      <code>{check.id}</code>
      {requirements.length > 0 && <span>{t.serves} {requirements.join(', ')}</span>}
      {check.seconds !== undefined && <span>{t.took} {format.duration(check.seconds)}</span>}
      {check.source && <span>{t.source} {check.source}</span>}
    </p>
  );
}

function Parameters({ parameters }: { parameters: Parameter[] }) {
  const { t, format } = useLocale();
  if (parameters.length === 0) return null;
  const show = ({ value, unit }: Parameter): string => {
    if (value === null) return '–';
    if (typeof value === 'boolean') return value ? t.yes : t.no;
    if (typeof value === 'number') return format.number(value, unit || undefined);
    return unit ? `${value} ${unit}` : value;
  };
  return (
    <details className="parameters">
      <summary>{t.parameters}</summary>
      <dl>
        {parameters.map((p) => (
          <div key={p.name}>
            <dt><code>{p.name}</code></dt>
            <dd>{show(p)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function EvidenceLine({ evidence }: { evidence: Evidence | undefined }) {
  const { t } = useLocale();
  if (!evidence?.file) return <p className="evidence quiet">{t.noEvidence}</p>;
  return (
    <p className="evidence">
      <span>{t.evidenceFile} <FileLink path={evidence.file} /></span>
      {evidence.ledgerIndex !== undefined && <span>{t.ledgerEntry(String(evidence.ledgerIndex))}</span>}
      {evidence.sha256 && <span>sha256 <ShortDigest hex={evidence.sha256} /></span>}
      {evidence.keyId && <span>{t.signedBy} <ShortDigest hex={evidence.keyId} /></span>}
    </p>
  );
}
