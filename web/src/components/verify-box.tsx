// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { useLocale } from '../i18n/context.tsx';
import type { Ledger, Report } from '../report.ts';
import { Digest } from './digest.tsx';
import { FileLink } from './file-link.tsx';

export function VerifyBox({ report }: { report: Report }) {
  const { t } = useLocale();
  const commands = report.verify?.commands ?? [];
  return (
    <section className="verify" aria-labelledby="verify">
      <h2 id="verify">{t.howToVerify}</h2>
      <p>{t.verifyIntro}</p>
      {commands.length > 0 && <Commands lines={commands} />}
      {report.ledger && <LedgerFacts ledger={report.ledger} />}
      <p className="quiet">{t.pageIsNotProof}</p>
    </section>
  );
}

function Commands({ lines }: { lines: string[] }) {
  const { t } = useLocale();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(lines.join('\n'));
      setCopied(true);
      window.setTimeout(() => setCopied(false), 2000);
    } catch {
      // Some browsers give no clipboard to file: pages; the lines can still be selected.
    }
  };
  return (
    <div className="commands">
      <pre tabIndex={0} aria-label={t.commands}>{lines.join('\n')}</pre>
      <button type="button" className="control" onClick={copy} aria-live="polite">{copied ? t.copied : t.copy}</button>
    </div>
  );
}

function LedgerFacts({ ledger }: { ledger: Ledger }) {
  const { t, format } = useLocale();
  return (
    <dl className="sheet-facts">
      {ledger.origin && <><dt>{t.ledger}</dt><dd><code>{ledger.origin}</code></dd></>}
      {ledger.size !== undefined && <><dt>{t.ledgerSize}</dt><dd>{format.integer(ledger.size)}</dd></>}
      {ledger.root && <><dt>{t.ledgerRoot}</dt><dd><Digest hex={ledger.root} /></dd></>}
      {ledger.checkpoint && <><dt>{t.checkpoint}</dt><dd><FileLink path={ledger.checkpoint} /></dd></>}
      {(ledger.publicKeys ?? []).length > 0 && (
        <>
          <dt>{t.publicKeys}</dt>
          <dd>
            {(ledger.publicKeys ?? []).map((key, i) => (
              <p key={i} className="key">
                {[key.name, key.algorithm].filter(Boolean).join(', ')}
                {key.id && <> <Digest hex={key.id} /></>}
                {key.file && <> <FileLink path={key.file} /></>}
                {key.key && <code className="key-text">{key.key}</code>}
              </p>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}
