// SPDX-License-Identifier: Apache-2.0
import type { TreeNode } from '../report.ts';

/** The nodes below each node, in the order given; below null are the roots. A node that is its own ancestor is left out. */
export function childrenOf(nodes: TreeNode[]): Map<string | null, TreeNode[]> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const hasRoot = (node: TreeNode): boolean => {
    let at: TreeNode | undefined = node;
    for (let steps = 0; at && steps <= nodes.length; steps++) {
      if (at.parent === null) return true;
      at = known.get(at.parent);
    }
    return false;
  };
  const children = new Map<string | null, TreeNode[]>();
  for (const node of nodes.filter(hasRoot)) children.set(node.parent, [...(children.get(node.parent) ?? []), node]);
  return children;
}
