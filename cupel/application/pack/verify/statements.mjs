// SPDX-License-Identifier: Apache-2.0
// Signed statements: signature, leaf, place in the ledger, receipt, Sigstore bundle.
import { verify as verifySignature } from 'node:crypto';
import { refuse, expect, step } from './faults.mjs';
import { sha256, canonical, same, base64 } from './bytes.mjs';
import { leafHash, rootFromPath } from './merkle.mjs';
import { checkStamp, openCheckpoint } from './ledger.mjs';

/** The signed bytes of DSSE v1. */
function preAuthenticationEncoding(type, payload) {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

/** The leaf that records an envelope: its payload's digest, its signature and the key. */
function leafOf(payload, signature, keys) {
  return Buffer.from(canonical({
    apiVersion: '0.0.2',
    kind: 'dsse',
    spec: {
      dsseV002: {
        payloadHash: { algorithm: 'SHA2_256', digest: sha256(payload).toString('base64') },
        signatures: [{
          content: signature.toString('base64'),
          verifier: {
            keyDetails: 'PKIX_ECDSA_P256_SHA_256',
            publicKey: { rawBytes: keys.evidence.der.toString('base64') },
          },
        }],
      },
    },
  }));
}

function openBundle(pack, name, keys) {
  const bundle = pack.json(name, '\n');
  const { payload, payloadType, signatures } = bundle.dsseEnvelope;
  if (signatures.length !== 1) refuse(name, 'must have exactly one signature');
  if (payloadType !== 'application/vnd.in-toto+json') refuse(name, 'holds no in-toto statement');
  const body = base64(payload, name);
  const signature = base64(signatures[0].sig, name);
  const pae = preAuthenticationEncoding(payloadType, body);
  if (!verifySignature('sha256', pae, keys.evidence.key, signature)) {
    refuse(name, 'the signature is not one of run/keys/evidence.pub.pem over this statement');
  }
  const expected = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: keys.evidence.id } },
    dsseEnvelope: { payload, payloadType, signatures: [{ keyid: keys.evidence.id, sig: signatures[0].sig }] },
  };
  expect(same(bundle, expected), name, 'holds more than a signed statement, or names another key');
  const statement = JSON.parse(body.toString('utf8'));
  if (canonical(statement) !== body.toString('utf8')) refuse(name, 'the statement is not in canonical form');
  return { name, bundle, body, signature, pae, statement };
}

/** The receipt: index, path, checkpoint (C2SP tlog-proof). */
function checkReceipt(pack, statement, ledger, keys) {
  const name = `receipts/${statement.stem}.tlog-proof`;
  const text = pack.text(name);
  const split = text.indexOf('\n\n');
  const lines = text.slice(0, split).split('\n');
  expect(lines[0] === 'c2sp.org/tlog-proof@v1' && lines[1] === `index ${statement.index}`, name,
    'the receipt is of another leaf');
  const checkpoint = openCheckpoint(text.slice(split + 2), keys.ledger, name);
  const steps = lines.slice(2).map((line) => base64(line, name));
  const root = rootFromPath(ledger.hashes[statement.index], statement.index, checkpoint.size, steps);
  expect(root !== undefined && root.equals(checkpoint.root), name, 'the inclusion proof is false');
  expect(checkpoint.text === ledger.checkpoint.text, name, 'the receipt is under another checkpoint');
}

/** The same statement as a Sigstore bundle with its log entry. */
function checkSigstoreBundle(pack, statement, ledger, keys) {
  const name = `sigstore/${statement.stem}.sigstore.json`;
  const bundle = pack.json(name, '\n');
  const entries = bundle.verificationMaterial.tlogEntries ?? [];
  if (entries.length !== 1) refuse(name, 'must have exactly one log entry');
  const verificationMaterial = { ...statement.bundle.verificationMaterial, tlogEntries: entries };
  if (statement.stamp !== undefined) {
    const signedTimestamp = statement.stamp.toString('base64');
    verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
  }
  expect(same(bundle, { ...statement.bundle, verificationMaterial }), name,
    'holds something else than the statement in run/evidence, its log entry and its time stamp');
  const [entry] = entries;
  const proof = entry.inclusionProof;
  const checkpoint = openCheckpoint(proof.checkpoint.envelope, keys.ledger, name);
  const body = base64(entry.canonicalizedBody, name);
  expect(body.equals(ledger.leaves[statement.index]), name, 'the log entry is another leaf');
  expect(entry.logId.keyId === keys.ledger.id.toString('base64'), name, 'the log entry is of another ledger');
  expect(Number(entry.logIndex) === statement.index && Number(proof.logIndex) === statement.index, name,
    'the log entry has another index');
  expect(Number(proof.treeSize) === checkpoint.size && proof.rootHash === checkpoint.root.toString('base64'), name,
    'the log entry has another size or root than its checkpoint');
  const steps = proof.hashes.map((hash) => base64(hash, name));
  const root = rootFromPath(leafHash(body), statement.index, checkpoint.size, steps);
  expect(root !== undefined && root.equals(checkpoint.root), name, 'the inclusion proof is false');
}

export function readStatements(pack, ledger, keys) {
  const statements = [];
  for (const name of pack.under('run/evidence').filter((one) => !one.endsWith('.tsr'))) {
    step(name, () => {
      const statement = openBundle(pack, name, keys);
      const leaf = leafOf(statement.body, statement.signature, keys);
      const index = ledger.leaves.findIndex((one) => one.equals(leaf));
      if (index < 0) refuse(name, 'the statement is not in the ledger');
      const match = /^run\/evidence\/(\d{4,})-(.+)\.sigstore\.json$/.exec(name);
      if (match === null || Number(match[1]) !== index) refuse(name, 'stands in another place than its leaf');
      Object.assign(statement, { index, what: match[2], stem: `${match[1]}-${match[2]}` });
      statement.stamp = checkStamp(pack, `run/evidence/${statement.stem}.tsr`, statement.signature, `${statement.stem}.sig`);
      checkReceipt(pack, statement, ledger, keys);
      checkSigstoreBundle(pack, statement, ledger, keys);
      statements[index] = statement;
    });
  }
  for (let index = 0; index < ledger.leaves.length; index += 1) {
    expect(statements[index] !== undefined, `leaf ${index} of the ledger`, 'its statement is missing or false');
  }
  const files = statements.filter(Boolean).flatMap(({ stem }) =>
    [`receipts/${stem}.tlog-proof`, `sigstore/${stem}.sigstore.json`, `run/evidence/${stem}.tsr`]);
  const stamps = pack.under('run/evidence').filter((one) => one.endsWith('.tsr'));
  for (const name of [...pack.under('receipts'), ...pack.under('sigstore'), ...stamps]) {
    expect(files.includes(name), name, 'belongs to no statement');
  }
  return statements;
}
