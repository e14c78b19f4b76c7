// SPDX-License-Identifier: Apache-2.0
import { Scroll } from '../components/scroll.tsx';
import { useLocale } from '../i18n/context.tsx';
import type { HeatFigure } from '../report.ts';
import { DEEP, shadeOf } from './confusion.tsx';

/** A table of values with shades. An empty cell says that nothing was measured there; it is not zero. */
export function Heat({ figure, label }: { figure: HeatFigure; label: string }) {
  const { t, say, format } = useLocale();
  const present = figure.values.flat().filter((value) => value !== null);
  const least = figure.min ?? Math.min(...present);
  const range = (figure.max ?? Math.max(...present)) - least || 1;
  return (
    <Scroll label={label}>
      <table className="confusion heat">
        <caption className="unseen">{label}</caption>
        <thead>
          <tr>
            <td aria-hidden="true" />
            {figure.columns.map((name, i) => (
              <th key={i} scope="col" className="column"><span>{say(name)}</span></th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figure.values.map((row, i) => (
            <tr key={i}>
              <th scope="row">{say(figure.lines[i] ?? '')}</th>
              {row.map((value, j) => {
                if (value === null) return <td key={j} className="quiet">{t.notEvaluated}</td>;
                const shade = shadeOf(Math.min(1, Math.max(0, (value - least) / range)), true);
                return (
                  <td key={j} className={shade.alpha >= DEEP ? 'deep' : undefined} style={{ backgroundColor: `rgb(${shade.rgb} / ${shade.alpha})` }}>
                    {format.number(value, figure.unit)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
