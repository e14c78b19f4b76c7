// SPDX-License-Identifier: Apache-2.0
// Sigstore's own verifier (npm @sigstore/verify) accepts the statements of a real assessment, as its audit pack carries
// them, with our trusted root and our ledger's inclusion proof, and refuses each of them when it is tampered with.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { before, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { hasExampleData, makePack, needs } from './support.mjs';

const load = (name) => import(name).then((module) => module.default ?? module, () => undefined);
const sigstoreBundle = await load('@sigstore/bundle');
const sigstoreVerify = await load('@sigstore/verify');
const specs = await load('@sigstore/protobuf-specs');
const options = needs('the npm packages of tests/interop and dataset-fashion-mnist',
  sigstoreBundle !== undefined && sigstoreVerify !== undefined && hasExampleData());

let pack;
let bundles;
before(() => {
  if (options.skip) return;
  pack = makePack().pack;
  bundles = fs.readdirSync(path.join(pack, 'sigstore')).sort()
    .map((name) => [name, JSON.parse(fs.readFileSync(path.join(pack, 'sigstore', name), 'utf8'))]);
});

/** A verifier that trusts our ledger, and one key of evidence by its hint. */
function verifier(settings = {}) {
  const root = specs.TrustedRoot.fromJSON(JSON.parse(fs.readFileSync(path.join(pack, 'trusted_root.json'), 'utf8')));
  const pem = fs.readFileSync(path.join(pack, 'run/keys/evidence.pub.pem'), 'utf8');
  const findKey = () => ({ publicKey: createPublicKey(pem), validFor: () => true });
  return new sigstoreVerify.Verifier(sigstoreVerify.toTrustMaterial(root, findKey),
    { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0, ...settings });
}

function check(json, settings) {
  const bundle = sigstoreBundle.bundleFromJSON(json);
  verifier(settings).verify(sigstoreVerify.toSignedEntity(bundle));
}

test('accepts every statement of the assessment', options, () => {
  assert.equal(bundles.length, 5, 'the plan, three checks, the report');
  for (const [name, json] of bundles) assert.doesNotThrow(() => check(json), name);
});

const bytesOf = (text) => Buffer.from(text, 'base64');
const entryOf = (json) => json.verificationMaterial.tlogEntries[0];
const tamperings = {
  'an edited payload': (json) => {
    const body = bytesOf(json.dsseEnvelope.payload).toString().replace('"verdict":"fail"', '"verdict":"pass"');
    assert.notEqual(Buffer.from(body).toString('base64'), json.dsseEnvelope.payload);
    json.dsseEnvelope.payload = Buffer.from(body).toString('base64');
  },
  'an edited leaf': (json) => {
    const body = JSON.parse(bytesOf(entryOf(json).canonicalizedBody));
    body.spec.dsseV002.payloadHash.digest = Buffer.alloc(32).toString('base64');
    entryOf(json).canonicalizedBody = Buffer.from(JSON.stringify(body)).toString('base64');
  },
  'a leaf edited in a byte that nobody reads': (json) => {
    const body = bytesOf(entryOf(json).canonicalizedBody);
    entryOf(json).canonicalizedBody = Buffer.concat([body, Buffer.from(' ')]).toString('base64');
  },
  'a false hash in the proof': (json) => {
    const hash = bytesOf(entryOf(json).inclusionProof.hashes[0]);
    hash[0] ^= 1;
    entryOf(json).inclusionProof.hashes[0] = hash.toString('base64');
  },
  'a hash too few': (json) => entryOf(json).inclusionProof.hashes.pop(),
  'a wrong index': (json) => { entryOf(json).inclusionProof.logIndex = '0'; },
  'a forged size': (json) => {
    const proof = entryOf(json).inclusionProof;
    proof.treeSize = '4';
    proof.checkpoint.envelope = proof.checkpoint.envelope.replace('\n5\n', '\n4\n');
  },
  'a forged root': (json) => {
    const proof = entryOf(json).inclusionProof;
    const root = Buffer.alloc(32, 1).toString('base64');
    proof.checkpoint.envelope = proof.checkpoint.envelope.replace(proof.rootHash, root);
    proof.rootHash = root;
  },
  'no log entry': (json) => { json.verificationMaterial.tlogEntries = []; },
  'the entry of another statement': (json) => {
    json.verificationMaterial.tlogEntries = structuredClone(bundles[1][1].verificationMaterial.tlogEntries);
  },
  'another signature': (json) => { json.dsseEnvelope.signatures = structuredClone(bundles[1][1].dsseEnvelope.signatures); },
};

for (const [what, tamper] of Object.entries(tamperings)) {
  test(`refuses ${what}`, options, () => {
    const [, json] = structuredClone(bundles.find(([name]) => name.includes('inspect.pgd')));
    assert.doesNotThrow(() => check(json));
    tamper(json);
    assert.throws(() => check(json));
  });
}

test('refuses another key and another ledger', options, () => {
  const [, json] = bundles[0];
  const other = makePack().pack;
  const here = pack;
  pack = other;
  assert.throws(() => check(json));
  pack = here;
  assert.doesNotThrow(() => check(json));
});
