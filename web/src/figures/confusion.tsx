// SPDX-License-Identifier: Apache-2.0
import { Scroll } from '../components/scroll.tsx';
import { useLocale } from '../i18n/context.tsx';
import type { ConfusionFigure } from '../report.ts';
import { largestConfusions } from '../summary.ts';

/** Up to here the matrix is a table with a number in every cell, beyond it is a drawing with the top cells in words. */
const TABLE_LABELS = 20;
const SHADES = 8;
const LIGHT = 0.55;
export const DEEP = 0.8;

interface Shade {
  rgb: string;
  alpha: number;
}

/** Right answers in one hue, wrong ones in another and on a steeper scale, for they are few. */
export function shadeOf(share: number, diagonal: boolean): Shade {
  const strength = diagonal ? share : Math.min(1, Math.sqrt(share * 2.5));
  // Between LIGHT and DEEP neither dark nor light figures could be read on the shade, so it is skipped.
  const alpha = strength <= LIGHT ? strength : DEEP + ((strength - LIGHT) / (1 - LIGHT)) * (1 - DEEP) * 0.75;
  return { rgb: diagonal ? 'var(--heat-right)' : 'var(--heat-wrong)', alpha: Math.round(alpha * 100) / 100 };
}

const totalOf = (row: number[]) => row.reduce((a, b) => a + b, 0);

export function Confusion({ figure, label }: { figure: ConfusionFigure; label: string }) {
  return figure.labels.length <= TABLE_LABELS ? <Matrix figure={figure} label={label} /> : <Drawing figure={figure} label={label} />;
}

function Matrix({ figure, label }: { figure: ConfusionFigure; label: string }) {
  const { t, say, format } = useLocale();
  const names = figure.labels.map(say);
  return (
    <>
      <Scroll label={label}>
        <table className="confusion">
          <caption className="unseen">{t.confusionNote}</caption>
          <thead>
            <tr>
              <td aria-hidden="true" />
              <th className="axis" colSpan={names.length} scope="colgroup">{t.predictedClass}</th>
            </tr>
            <tr>
              <th className="axis corner" scope="col">{t.trueClass}</th>
              {names.map((name, i) => (
                <th key={i} scope="col" className="column"><span>{name}</span></th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figure.counts.map((row, i) => (
              <tr key={i}>
                <th scope="row">{names[i]}</th>
                {row.map((count, j) => {
                  const shade = shadeOf(count / (totalOf(row) || 1), i === j);
                  return (
                    <td
                      key={j}
                      className={count === 0 ? 'zero' : shade.alpha >= DEEP ? 'deep' : undefined}
                      style={count === 0 ? undefined : { backgroundColor: `rgb(${shade.rgb} / ${shade.alpha})` }}
                    >
                      {format.integer(count)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {!figure.caption && <p className="caption">{t.confusionNote}</p>}
    </>
  );
}

/** One path a shade, so that a hundred classes are sixteen elements and not ten thousand. */
export function pathsOf(counts: number[][]): { rgb: string; alpha: number; d: string }[] {
  const paths = new Map<string, { rgb: string; alpha: number; d: string }>();
  counts.forEach((row, i) => {
    const total = totalOf(row) || 1;
    row.forEach((count, j) => {
      if (count === 0) return;
      const shade = shadeOf(count / total, i === j);
      const alpha = Math.max(1, Math.ceil(shade.alpha * SHADES)) / SHADES;
      const key = `${shade.rgb}/${alpha}`;
      const path = paths.get(key) ?? { rgb: shade.rgb, alpha, d: '' };
      path.d += `M${j} ${i}h1v1h-1z`;
      paths.set(key, path);
    });
  });
  return [...paths.values()];
}

function Drawing({ figure, label }: { figure: ConfusionFigure; label: string }) {
  const { t, say, format } = useLocale();
  const n = figure.labels.length;
  return (
    <>
      <svg className="confusion-drawing" viewBox={`0 0 ${n} ${n}`} role="img" aria-label={`${label}. ${t.confusionNote}`}>
        <rect width={n} height={n} className="ground" />
        {pathsOf(figure.counts).map((p, i) => (
          <path key={i} d={p.d} style={{ fill: `rgb(${p.rgb} / ${p.alpha})` }} />
        ))}
      </svg>
      {!figure.caption && <p className="caption">{t.confusionNote}</p>}
      <table className="plain">
        <caption>{t.largestConfusions}</caption>
        <thead>
          <tr>
            <th scope="col">{t.trueClass}</th>
            <th scope="col">{t.predictedClass}</th>
            <th scope="col">{t.count}</th>
            <th scope="col">{t.shareOfRow}</th>
          </tr>
        </thead>
        <tbody>
          {largestConfusions(figure.counts, 10).map((c) => (
            <tr key={`${c.row}-${c.column}`}>
              <th scope="row">{say(figure.labels[c.row] ?? '')}</th>
              <td className="words">{say(figure.labels[c.column] ?? '')}</td>
              <td>{format.integer(c.count)}</td>
              <td>{format.number(c.share, 'fraction', 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
