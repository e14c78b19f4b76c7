// SPDX-License-Identifier: Apache-2.0
import { onSpoke, outlines, ring } from '../charts/radar.ts';
import { useLocale } from '../i18n/context.tsx';
import type { Factor, Report, Scorecard } from '../report.ts';
import { anchorOf } from '../summary.ts';
import { Scroll } from './scroll.tsx';

const RADIUS = 100;
const RINGS = [25, 50, 75, 100];

/** The inspection's score: a radar of its factors and the figure behind each. */
export function Score({ report }: { report: Report }) {
  const { t, say, format } = useLocale();
  const card = report.scorecard;
  if (!card || card.overall === null) return null;
  const weakest = card.factors.find((factor) => factor.id === card.weakest);
  const missing = card.factors.filter((factor) => factor.score === null).length;
  return (
    <section className="scorecard" aria-labelledby="scorecard">
      <h2 id="scorecard">{t.scorecard}</h2>
      <p className="lead">{t.scorecardIntro}</p>
      <div className="scorecard-body">
        <Radar card={card} />
        <div>
          <p className="score">
            <b>{t.scoreOf(format.number(Math.round(card.overall * 10) / 10))}</b>
            {weakest && <span className="row-note">{t.scoreWeakest(say(weakest.title))}</span>}
            {missing > 0 && <span className="row-note">{t.scoreIncomplete(missing)}</span>}
          </p>
          <Factors report={report} card={card} />
        </div>
      </div>
    </section>
  );
}

function Radar({ card }: { card: Scorecard }) {
  const { t, say } = useLocale();
  const { factors } = card;
  const n = factors.length;
  return (
    <svg className="radar" viewBox="-245 -130 490 260" role="img" aria-label={t.scorecard}>
      {RINGS.map((score) => (
        <polygon key={score} className="radar-ring" points={ring(n, score, RADIUS)} />
      ))}
      {factors.map((factor, i) => {
        const rim = onSpoke(i, n, 100, RADIUS);
        const label = onSpoke(i, n, 112, RADIUS);
        const anchor = Math.abs(label.x) < 12 ? 'middle' : label.x > 0 ? 'start' : 'end';
        return (
          <g key={factor.id}>
            <line className="radar-ring" x1={0} y1={0} x2={rim.x} y2={rim.y} />
            <text className={factor.score === null ? 'radar-label quiet' : 'radar-label'} x={label.x} y={label.y + 4} textAnchor={anchor}>
              {say(factor.title)}
            </text>
          </g>
        );
      })}
      {outlines(factors.map((factor) => factor.score), RADIUS).map((points) => (
        <polyline key={points} className="radar-outline" points={points} />
      ))}
      {factors.map((factor, i) => {
        if (factor.score === null) return null;
        const { x, y } = onSpoke(i, n, factor.score, RADIUS);
        return <circle key={factor.id} className={factor.id === card.weakest ? 'radar-weakest' : 'radar-point'} cx={x} cy={y} r={4} />;
      })}
    </svg>
  );
}

function Factors({ report, card }: { report: Report; card: Scorecard }) {
  const { t, say, format } = useLocale();
  const linked = (id: string) => report.checks.find((check) => check.id === id);
  const row = (factor: Factor) => (
    <tr key={factor.id}>
      <th scope="row">{say(factor.title)}</th>
      <td className="number">
        {factor.score === null ? <span className="quiet">{t.notMeasured}</span> : <b>{format.number(Math.round(factor.score * 10) / 10)}</b>}
      </td>
      <td>
        {factor.basis && <span className="row-note">{say(factor.basis)}</span>}
        {factor.checks.map((id) => {
          const check = linked(id);
          return (
            <span key={id} className="factor-check">
              {check ? <a href={`#${anchorOf(check)}`}>{id}</a> : id}
            </span>
          );
        })}
      </td>
    </tr>
  );
  return (
    <Scroll label={t.scorecard}>
      <table className="factors">
        <thead>
          <tr>
            <th scope="col">{t.factor}</th>
            <th scope="col" className="number">{t.score}</th>
            <th scope="col">{t.basis}</th>
          </tr>
        </thead>
        <tbody>{card.factors.map(row)}</tbody>
      </table>
    </Scroll>
  );
}
