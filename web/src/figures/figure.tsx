// SPDX-License-Identifier: Apache-2.0
import { Guard } from '../components/guard.tsx';
import { useLocale } from '../i18n/context.tsx';
import type { Figure } from '../report.ts';
import { Bars } from './bars.tsx';
import { Confusion } from './confusion.tsx';
import { Curve } from './curve.tsx';
import { Heat } from './heat.tsx';
import { Images } from './images.tsx';
import { Reliability } from './reliability.tsx';
import { Timeline } from './timeline.tsx';
import { Tree } from './tree.tsx';

function Drawing({ figure, label }: { figure: Figure; label: string }) {
  switch (figure.type) {
    case 'confusion':
      return <Confusion figure={figure} label={label} />;
    case 'reliability':
      return <Reliability figure={figure} label={label} />;
    case 'bars':
      return <Bars figure={figure} label={label} />;
    case 'curve':
      return <Curve figure={figure} label={label} />;
    case 'images':
      return <Images figure={figure} />;
    case 'timeline':
      return <Timeline figure={figure} label={label} />;
    case 'tree':
      return <Tree figure={figure} label={label} />;
    case 'heat':
      return <Heat figure={figure} label={label} />;
    default:
      throw new Error(`unknown type ${String((figure as { type?: unknown }).type)}`);
  }
}

/** Wide figures take the whole line, the others share it in two. */
export const isWide = (figure: Figure): boolean =>
  ['images', 'timeline', 'tree', 'heat'].includes(figure.type) || (figure.type === 'confusion' && figure.labels?.length > 6);

export function FigureView({ figure, number }: { figure: Figure; number: string }) {
  const { t, say } = useLocale();
  const title = figure.title ? say(figure.title) : '';
  return (
    <figure className={`figure figure-${figure.type}${isWide(figure) ? ' wide' : ''}`}>
      <figcaption className="figure-title">
        <span className="figure-number">{t.figure} {number}</span> {title}
      </figcaption>
      <Guard fallback={(problem) => <p className="broken">{t.figureBroken}: {problem}</p>}>
        <Drawing figure={figure} label={title || `${t.figure} ${number}`} />
      </Guard>
      {figure.caption && <p className="caption">{say(figure.caption)}</p>}
    </figure>
  );
}
