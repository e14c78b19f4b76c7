// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { safePath } from '../summary.ts';

/** Links to a file of the run's folder; a path that could lead elsewhere is shown as text. */
export function FileLink({ path, children }: { path: string; children?: ReactNode }) {
  const href = safePath(path);
  return href ? <a href={href}>{children ?? path}</a> : <code>{path}</code>;
}
