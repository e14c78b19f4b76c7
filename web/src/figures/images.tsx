// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { ImageCell, ImagesFigure } from '../report.ts';

const isPicture = (cell: ImageCell): boolean => /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/.test(cell.png);

/** Pictures with hard pixels, row by row: nothing of a perturbation is smoothed away. */
export function Images({ figure }: { figure: ImagesFigure }) {
  const { t, say } = useLocale();
  const columns = figure.columns ?? [];
  return (
    <div className="images">
      {figure.rows.map((row, i) => (
        <div className="image-row" key={i} role="group" aria-label={row.caption ? say(row.caption) : undefined}>
          {row.cells.map((cell, j) => {
            const heading = columns[j] === undefined ? '' : say(columns[j]);
            const caption = cell.caption ? say(cell.caption) : '';
            return (
              <div className="image-cell" key={j}>
                {isPicture(cell) ? (
                  <img src={cell.png} alt={[heading, caption].filter(Boolean).join(': ')} />
                ) : (
                  <p className="quiet">{t.missing}</p>
                )}
                {heading && <span className="image-heading" aria-hidden="true">{heading}</span>}
                {caption && <span className="image-caption" aria-hidden="true">{caption}</span>}
              </div>
            );
          })}
          {row.caption && <p className="row-caption">{say(row.caption)}</p>}
        </div>
      ))}
    </div>
  );
}
