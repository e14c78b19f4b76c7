// SPDX-License-Identifier: Apache-2.0
import { useLocale } from '../i18n/context.tsx';
import type { Catalogue } from '../i18n/catalogue.ts';
import type { Principle, Verdict } from '../report.ts';

export function verdictWord(verdict: Verdict, t: Catalogue): string {
  const words: Record<Verdict, string> = {
    pass: t.pass, warn: t.warn, fail: t.fail, 'not-run': t.notRun, 'not-applicable': t.notApplicable,
  };
  return words[verdict] ?? verdict;
}

export function overallSentence(verdict: Verdict, t: Catalogue): string {
  const words: Record<Verdict, string> = {
    pass: t.overallPass, warn: t.overallWarn, fail: t.overallFail, 'not-run': t.overallNotRun, 'not-applicable': t.overallNotApplicable,
  };
  return words[verdict] ?? verdict;
}

/** Strokes on a 24 x 24 field: a tick, an exclamation mark, a cross, a dash, a ring. A shape each, so colour is not needed. */
const SIGNS: Record<Verdict, string> = {
  pass: 'M6 12.6l4.2 4.2L18.2 7.6',
  warn: 'M12 5.6v8.2M12 17.6v.9',
  fail: 'M7 7l10 10M17 7L7 17',
  'not-run': 'M6.5 12h11',
  'not-applicable': 'M12 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10',
};

/** The verdict as a small sign and its word. */
export function VerdictTag({ verdict }: { verdict: Verdict }) {
  const { t } = useLocale();
  return (
    <span className={`tag verdict-${verdict}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={SIGNS[verdict] ?? ''} />
      </svg>
      {verdictWord(verdict, t)}
    </span>
  );
}

/** Outlines on a 64 x 64 field, after the punches of assay offices: oval, shield, octagon, circle, arch. */
const PUNCHES: Record<Principle | 'overall', string> = {
  reliability: 'M32 8C48 8 58 18 58 32S48 56 32 56 6 46 6 32 16 8 32 8z',
  security: 'M10 8h44v26c0 12-10 19-22 24C20 53 10 46 10 34z',
  privacy: 'M20 7h24l13 13v24L44 57H20L7 44V20z',
  fairness: 'M32 6a26 26 0 1 1 0 52a26 26 0 1 1 0-52z',
  explainability: 'M10 57V30C10 16 20 7 32 7s22 9 22 23v27z',
  overall: 'M21 4h22l17 17v22L43 60H21L4 43V21z',
};

interface PunchProps {
  shape: Principle | 'overall';
  /** Null: nothing was examined; an empty outline. */
  verdict: Verdict | null;
}

/** A hallmark: the outline says the principle, the sign in it the verdict. Decoration; the words stand beside it. */
export function Punch({ shape, verdict }: PunchProps) {
  return (
    <svg className={`punch verdict-${verdict ?? 'none'}`} viewBox="0 0 64 64" aria-hidden="true">
      <path className="punch-ground" d={PUNCHES[shape]} />
      <path className="punch-rim" d={PUNCHES[shape]} transform="translate(32 32) scale(.88) translate(-32 -32)" />
      {verdict && <path className="punch-sign" d={SIGNS[verdict] ?? ''} transform="translate(14 14) scale(1.5)" />}
    </svg>
  );
}
