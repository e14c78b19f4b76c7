// SPDX-License-Identifier: Apache-2.0
import { Fragment } from 'react';

/** A line of the plan, as written; it may break after an underscore or a point, never between comparator and number. */
export function Expression({ text }: { text: string }) {
  const parts = text.replace(/(>=|<=|==|>|<) +/g, '$1\u00a0').split(/(?<=[_.])(?=[a-z])/i);
  return (
    <code className="expression">
      {parts.map((part, i) => (
        <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>
      ))}
    </code>
  );
}
