// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { Catalogue as Words } from '../i18n/catalogue.ts';
import type { Check, Crosswalk, CrosswalkCatalogue, CrosswalkRow, DocumentKind, Report, Sufficiency } from '../report.ts';
import { anchorOf, topicsOf } from '../summary.ts';
import { FileLink } from './file-link.tsx';
import { Scroll } from './scroll.tsx';
import { VerdictTag } from './verdict.tsx';

const extentWord = (extent: Sufficiency, t: Words): string =>
  ({ full: t.extentFull, partial: t.extentPartial, supporting: t.extentSupporting })[extent] ?? extent;

function documentWord(kind: DocumentKind, t: Words): string {
  const words: Record<DocumentKind, string> = {
    plan: t.documentPlan, 'model-identity': t.documentModel, 'data-identity': t.documentData, report: t.documentReport,
    ledger: t.documentLedger, hallmark: t.documentHallmark, admission: t.documentAdmission,
  };
  return words[kind] ?? kind;
}

/** By public catalogue: on which clauses there is evidence here, and where. Says of no clause that it is met. */
export function EvidenceFor({ report }: { report: Report }) {
  const { t, say } = useLocale();
  const { crosswalk } = report;
  if (!crosswalk) return null;
  const without = crosswalk.rows.filter((row) => !row.sufficiency);
  return (
    <section className="evidence-for" aria-labelledby="evidence-for">
      <h2 id="evidence-for">{t.evidenceFor}</h2>
      <p className="lead">{t.evidenceForIntro}</p>
      {crosswalk.catalogues.map((catalogue) => (
        <CatalogueTopics key={catalogue.id} catalogue={catalogue} crosswalk={crosswalk} checks={report.checks} />
      ))}
      {without.length > 0 && (
        <details className="catalogue">
          <summary>
            <span className="catalogue-title">{t.withoutEvidence}</span> <span className="topics">{t.topics(without.length)}</span>
          </summary>
          <ul className="without">
            {without.map((row) => (
              <li key={row.id}>{say(row.title)}</li>
            ))}
          </ul>
        </details>
      )}
      <p className="caption">{t.crosswalkVersion(crosswalk.version)}</p>
    </section>
  );
}

interface TopicsProps {
  catalogue: CrosswalkCatalogue;
  crosswalk: Crosswalk;
  checks: Check[];
}

function CatalogueTopics({ catalogue, crosswalk, checks }: TopicsProps) {
  const { t, say } = useLocale();
  const topics = topicsOf(crosswalk, catalogue.id);
  return (
    <details className="catalogue">
      <summary>
        <span className="catalogue-title">{say(catalogue.title)}</span>{' '}
        {catalogue.edition && <span className="edition">{catalogue.edition}</span>} <span className="topics">{t.topics(topics.length)}</span>
      </summary>
      {topics.length > 0 && (
        <Scroll label={say(catalogue.title)}>
          <table className="topic-table">
            <thead>
              <tr>
                <th scope="col">{t.clauses}</th>
                <th scope="col">{t.topic}</th>
                <th scope="col">{t.evidence}</th>
              </tr>
            </thead>
            <tbody>
              {topics.map(({ row, ids }) => (
                <TopicRow key={row.id} row={row} ids={ids} checks={checks} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </details>
  );
}

function TopicRow({ row, ids, checks }: { row: CrosswalkRow; ids: string[]; checks: Check[] }) {
  const { t, say } = useLocale();
  return (
    <tr>
      <td className="clauses">
        {ids.map((id) => (
          <span key={id}>{id}</span>
        ))}
      </td>
      <th scope="row">
        {say(row.title)}
        {row.sufficiency && <span className="row-note">{extentWord(row.sufficiency, t)}</span>}
      </th>
      <td>
        <ul className="proofs">
          {checks.filter((check) => row.checks.includes(check.id)).map((check, i) => (
            <li key={i}>
              <a href={`#${anchorOf(check)}`}>{check.title ? say(check.title) : check.id}</a> <VerdictTag verdict={check.verdict} />
              {check.evidence?.file && <FileLink path={check.evidence.file}>{check.evidence.ledgerIndex === undefined ? t.evidence : `#${check.evidence.ledgerIndex}`}</FileLink>}
            </li>
          ))}
          {row.documents.map((document) => (
            <li key={document.kind}>
              <FileLink path={document.file}>{documentWord(document.kind, t)}</FileLink>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
