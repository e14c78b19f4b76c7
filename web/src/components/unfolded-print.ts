// SPDX-License-Identifier: Apache-2.0
import { useEffect } from 'react';

/** Paper cannot be unfolded: opens what is folded while printing, except what is marked to stay closed. */
export function useUnfoldedPrint(): void {
  useEffect(() => {
    let opened: HTMLDetailsElement[] = [];
    const unfold = () => {
      opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open]):not([data-print="closed"])')];
      for (const element of opened) element.open = true;
    };
    const fold = () => {
      for (const element of opened) element.open = false;
      opened = [];
    };
    window.addEventListener('beforeprint', unfold);
    window.addEventListener('afterprint', fold);
    return () => {
      window.removeEventListener('beforeprint', unfold);
      window.removeEventListener('afterprint', fold);
    };
  }, []);
}
