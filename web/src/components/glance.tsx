// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { Check } from '../report.ts';
import { anchorOf, byPrinciple, decidingRequirement, keyMetric, thresholdsOf } from '../summary.ts';
import { Expression } from './expression.tsx';
import { FileLink } from './file-link.tsx';
import { IntervalStrip } from './interval-strip.tsx';
import { Scroll } from './scroll.tsx';
import { VerdictTag } from './verdict.tsx';

/** Every check on one line, by principle. */
export function Glance({ checks }: { checks: Check[] }) {
  const { t } = useLocale();
  return (
    <section aria-labelledby="glance">
      <h2 id="glance">{t.atAGlance}</h2>
      <Scroll label={t.atAGlance}>
        <table className="glance">
          <thead>
            <tr>
              <th scope="col">{t.check}</th>
              <th scope="col">{t.verdict}</th>
              <th scope="col" colSpan={2}>{t.keyNumber}</th>
              <th scope="col">{t.requirement}</th>
              <th scope="col" className="number">{t.sampleSize}</th>
              <th scope="col">{t.evidence}</th>
            </tr>
          </thead>
          {byPrinciple(checks).map(({ principle, checks: group }) => (
            <tbody key={principle}>
              <tr className="group">
                <th scope="rowgroup" colSpan={7}>
                  {t[principle]}
                  {group.length === 0 && <span className="quiet"> {t.notExamined}</span>}
                </th>
              </tr>
              {group.map((check) => (
                <GlanceRow key={check.id} check={check} />
              ))}
            </tbody>
          ))}
        </table>
      </Scroll>
      <p className="caption">{t.atAGlanceNote}</p>
    </section>
  );
}

function GlanceRow({ check }: { check: Check }) {
  const { t, say, format } = useLocale();
  const metric = keyMetric(check);
  const requirement = decidingRequirement(check);
  const shown = metric ? format.measured(metric) : null;
  const { evidence } = check;
  return (
    <tr>
      <th scope="row">
        <a href={`#${anchorOf(check)}`}>{check.title ? say(check.title) : check.id}</a>
      </th>
      <td><VerdictTag verdict={check.verdict} /></td>
      {metric && shown ? (
        <>
          <td className="key-number">
            <b>{shown.value}</b>
            {shown.interval && <span className="interval">{shown.interval}</span>}
            <span className="metric-name">{metric.title ? say(metric.title) : metric.name}</span>
          </td>
          <td className="strip-cell">
            <IntervalStrip metric={metric} thresholds={thresholdsOf(check, metric)} verdict={check.verdict} />
          </td>
        </>
      ) : (
        <td colSpan={2} className="quiet">{check.reason ? say(check.reason) : '–'}</td>
      )}
      <td>{requirement ? <Expression text={requirement.expression} /> : <span className="quiet">{t.noRequirement}</span>}</td>
      <td className="number">{metric?.n === undefined ? '–' : format.integer(metric.n)}</td>
      <td>{evidence?.file ? <FileLink path={evidence.file}>{evidence.ledgerIndex === undefined ? t.evidence : `#${evidence.ledgerIndex}`}</FileLink> : '–'}</td>
    </tr>
  );
}
