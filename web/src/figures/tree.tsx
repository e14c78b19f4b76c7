// SPDX-License-Identifier: Apache-2.0
import { childrenOf } from '../charts/tree.ts';
import { useLocale } from '../i18n/context.tsx';
import type { TreeFigure, TreeNode } from '../report.ts';

/** Groups and the groups inside them, as a nested list: it prints, wraps and is read aloud. */
export function Tree({ figure, label }: { figure: TreeFigure; label: string }) {
  const children = childrenOf(figure.nodes);
  const values = figure.nodes.flatMap((node) => [node.low, node.high, node.value]).filter((x) => typeof x === 'number');
  const least = Math.min(0, ...values);
  const scale = 100 / (Math.max(...values, least + 1e-9) - least);
  const place = (x: number): number => (x - least) * scale;
  return (
    <div className="tree" role="group" aria-label={label}>
      <Level nodes={children.get(null) ?? []} children_={children} place={place} unit={figure.unit} />
    </div>
  );
}

interface Props {
  nodes: TreeNode[];
  children_: Map<string | null, TreeNode[]>;
  place: (x: number) => number;
  unit: string | undefined;
}

function Level({ nodes, children_, place, unit }: Props) {
  const { t, say, format } = useLocale();
  return (
    <ul>
      {nodes.map((node) => (
        <li key={node.id}>
          <div className={node.highlight ? 'tree-node tree-highlight' : 'tree-node'}>
            <span className="tree-label">{say(node.label)}</span>
            <span className="tree-value">
              {format.number(node.value, unit)}
              {typeof node.low === 'number' && typeof node.high === 'number' && (
                <span className="quiet"> [{format.number(node.low, unit)}, {format.number(node.high, unit)}]</span>
              )}
              {typeof node.n === 'number' && <span className="quiet"> {t.samplesOf(format.integer(node.n))}</span>}
            </span>
            <span className="tree-bar" aria-hidden="true">
              {typeof node.low === 'number' && typeof node.high === 'number' && (
                <span className="tree-interval" style={{ left: `${place(node.low)}%`, width: `${place(node.high) - place(node.low)}%` }} />
              )}
              <span className="tree-point" style={{ left: `${place(node.value)}%` }} />
            </span>
          </div>
          {(children_.get(node.id)?.length ?? 0) > 0 && <Level nodes={children_.get(node.id) ?? []} children_={children_} place={place} unit={unit} />}
        </li>
      ))}
    </ul>
  );
}
