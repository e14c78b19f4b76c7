// SPDX-License-Identifier: Apache-2.0
import { REFERENCE, seriesColour, seriesDash } from '../charts/style.ts';

interface Props {
  names: string[];
  /** Name of the dashed line of comparison, if there is one. */
  reference?: string;
}

/** Names of lines, as text of the page: it prints, wraps and is read aloud like the rest. */
export function Legend({ names, reference }: Props) {
  return (
    <ul className="legend">
      {names.map((name, i) => (
        <li key={i}>
          <Sample colour={seriesColour(i)} dash={seriesDash(i)} width={2} />
          {name}
        </li>
      ))}
      {reference && (
        <li>
          <Sample colour={REFERENCE} dash={[3, 4]} width={1.2} />
          {reference}
        </li>
      )}
    </ul>
  );
}

function Sample({ colour, dash, width }: { colour: string; dash: number[] | 'solid'; width: number }) {
  return (
    <svg width="30" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="30" y2="4" stroke={colour} strokeWidth={width} strokeDasharray={dash === 'solid' ? undefined : dash.join(' ')} />
    </svg>
  );
}
