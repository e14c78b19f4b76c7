// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { Check, RequirementTested } from '../report.ts';
import { metricOf } from '../summary.ts';
import { Expression } from './expression.tsx';
import { Scroll } from './scroll.tsx';
import { VerdictTag } from './verdict.tsx';

/** Each line of the plan that concerns the check, the number it was held against, and what came of it. */
export function RequirementTable({ check }: { check: Check }) {
  const { t } = useLocale();
  const tested = check.requirementsTested ?? [];
  if (tested.length === 0) {
    return check.verdict === 'pass' ? <p className="quiet">{t.noRequirementsTested}</p> : null;
  }
  return (
    <Scroll label={t.requirementsTested}>
      <table className="requirements">
        <thead>
          <tr>
            <th scope="col">{t.requirement}</th>
            <th scope="col">{t.compared}</th>
            <th scope="col">{t.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {tested.map((r, i) => (
            <Row key={i} check={check} tested={r} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ check, tested }: { check: Check; tested: RequirementTested }) {
  const { t, say, format } = useLocale();
  const bounds = { lower: t.boundLower, upper: t.boundUpper, value: t.boundValue };
  const { value, threshold } = format.compared(tested.compared, tested.threshold, metricOf(check, tested)?.unit);
  return (
    <tr>
      <th scope="row"><Expression text={tested.expression} /></th>
      <td>
        {tested.bound && <span className="quiet">{bounds[tested.bound]} </span>}
        <b>{value}</b>
        {threshold && <span className="quiet"> {relation(tested)} {threshold}</span>}
        {tested.reason && <span className="row-note">{say(tested.reason)}</span>}
      </td>
      <td><VerdictTag verdict={tested.verdict} /></td>
    </tr>
  );
}

/** How the numbers really stand to each other, whatever the plan asked for. */
function relation({ compared, threshold }: RequirementTested): string {
  if (typeof compared !== 'number' || threshold === undefined) return '';
  return compared > threshold ? '>' : compared < threshold ? '<' : '=';
}
