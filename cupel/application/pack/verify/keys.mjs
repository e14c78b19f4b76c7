// SPDX-License-Identifier: Apache-2.0
// The signer's key (ECDSA P-256) and the ledger's (Ed25519).
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import { problems, refuse, expect } from './faults.mjs';
import { sha256, hex, same, base64 } from './bytes.mjs';

/** An Ed25519 public key as a C2SP verifier key: <name>+<id>+<base64 of 01 and the key>. */
export function parseVerifierKey(text, place) {
  const parts = text.replace(/\n$/, '').split('+');
  if (parts.length < 3) refuse(place, 'not a verifier key');
  const name = parts[0];
  const raw = base64(parts.slice(2).join('+'), place);
  if (raw.length !== 33 || raw[0] !== 1) refuse(place, 'not an Ed25519 key');
  const id = sha256(name, Buffer.of(0x0a), raw);
  if (hex(id.subarray(0, 4)) !== parts[1]) refuse(place, 'the key does not have the id that it names');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)]);
  return { name, id, spki, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

function parseEvidenceKey(pem, place) {
  const key = createPublicKey(pem);
  const { namedCurve } = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType !== 'ec' || namedCurve !== 'prime256v1') refuse(place, 'not a P-256 key');
  const der = key.export({ format: 'der', type: 'spki' });
  return { key, der, id: hex(sha256(pem)) };
}

export function readKeys(pack, options) {
  expect(
    same(pack.under('run/keys'), ['run/keys/evidence.pub.pem', 'run/keys/ledger.vkey']),
    'run/keys', 'must hold one evidence key and one ledger key',
  );
  const evidence = parseEvidenceKey(pack.text('run/keys/evidence.pub.pem'), 'run/keys/evidence.pub.pem');
  const ledger = parseVerifierKey(pack.text('run/keys/ledger.vkey'), 'run/keys/ledger.vkey');
  if (options.evidenceKey !== undefined) {
    const trusted = parseEvidenceKey(fs.readFileSync(options.evidenceKey, 'utf8'), options.evidenceKey);
    if (!trusted.der.equals(evidence.der)) {
      problems.push('run/keys/evidence.pub.pem: not the key that you trust');
    }
  }
  if (options.ledgerKey !== undefined) {
    const trusted = parseVerifierKey(fs.readFileSync(options.ledgerKey, 'utf8'), options.ledgerKey);
    if (!trusted.id.equals(ledger.id)) problems.push('run/keys/ledger.vkey: not the key that you trust');
  }
  return { evidence, ledger };
}
