// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { Scroll } from '../components/scroll.tsx';
import { useLocale } from '../i18n/context.tsx';

interface Props {
  headings: string[];
  rows: ReactNode[][];
  note?: string;
}

/** The numbers behind a drawing: for screen readers, and for whoever wants to read them off. Folded, not printed. */
export function DataTable({ headings, rows, note }: Props) {
  const { t } = useLocale();
  return (
    <details className="numbers" data-print="closed">
      <summary>{t.dataAsTable}</summary>
      <Scroll label={t.dataAsTable}>
        <table className="plain">
          <thead>
            <tr>
              {headings.map((h, i) => (
                <th key={i} scope="col">{h}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (j === 0 ? <th key={j} scope="row">{cell}</th> : <td key={j}>{cell}</td>))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {note && <p className="quiet">{note}</p>}
    </details>
  );
}
