// SPDX-License-Identifier: Apache-2.0
// The OpenSSL command line verifies a statement's signature (ECDSA P-256), a checkpoint's (Ed25519) and an RFC 3161
// time stamp, and refuses each when one byte is changed.
import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { before, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { has, makeAuthority, needs, run, runWell, samples, scratch } from './support.mjs';

const options = needs('openssl', has('openssl', ['version']));
const folder = scratch();
const file = (name) => path.join(folder, name);
const openssl = (...words) => run('openssl', words, { cwd: folder });

before(() => runWell(samples(), ['envelope', folder]));

function flip(from, to, at = -1) {
  const bytes = fs.readFileSync(file(from));
  bytes[(at + bytes.length) % bytes.length] ^= 1;
  fs.writeFileSync(file(to), bytes);
}

test('a statement: the signed bytes of DSSE, put together from the envelope alone', options, () => {
  const envelope = JSON.parse(fs.readFileSync(file('envelope.json'), 'utf8'));
  const body = Buffer.from(envelope.payload, 'base64');
  const kind = envelope.payloadType;
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(kind)} ${kind} ${body.length} `), body]);
  assert.deepEqual(pae, fs.readFileSync(file('pae')), 'what Cupel signs is what the specification says');
  fs.writeFileSync(file('by-hand.pae'), pae);
  fs.writeFileSync(file('by-hand.sig'), Buffer.from(envelope.signatures[0].sig, 'base64'));
  const verify = (signature, signed) => openssl('dgst', '-sha256', '-verify', 'key.pem', '-signature', signature, signed);
  assert.match(verify('by-hand.sig', 'by-hand.pae').out, /Verified OK/);
  flip('by-hand.pae', 'changed.pae');
  assert.notEqual(verify('by-hand.sig', 'changed.pae').code, 0);
  flip('by-hand.sig', 'changed.sig');
  assert.notEqual(verify('changed.sig', 'by-hand.pae').code, 0);
});

test('a checkpoint: Ed25519 over the text up to the empty line', options, () => {
  const note = fs.readFileSync(file('ledger/checkpoint'), 'utf8');
  const [text] = note.split('\n\n');
  fs.writeFileSync(file('checkpoint.txt'), `${text}\n`);
  const signature = Buffer.from(/^\u2014 \S+ (\S+)$/m.exec(note)[1], 'base64');
  fs.writeFileSync(file('checkpoint.sig'), signature.subarray(4));
  const vkey = fs.readFileSync(file('ledger.vkey'), 'utf8').trim();
  const raw = Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  fs.writeFileSync(file('ledger.pem'), key.export({ type: 'spki', format: 'pem' }));
  const verify = (signed) => openssl('pkeyutl', '-verify', '-pubin', '-inkey', 'ledger.pem', '-rawin', '-in', signed,
    '-sigfile', 'checkpoint.sig');
  assert.match(verify('checkpoint.txt').out, /Signature Verified Successfully/);
  flip('checkpoint.txt', 'changed.txt', 30);
  assert.notEqual(verify('changed.txt').code, 0);
});

test('the trusted root names the ledger\'s key as OpenSSL reads it', options, () => {
  const root = JSON.parse(fs.readFileSync(file('trusted_root.json'), 'utf8'));
  fs.writeFileSync(file('log.der'), Buffer.from(root.tlogs[0].publicKey.rawBytes, 'base64'));
  const shown = openssl('pkey', '-pubin', '-inform', 'DER', '-in', 'log.der', '-noout', '-text');
  assert.match(shown.out, /ED25519 Public-Key/);
  const vkey = fs.readFileSync(file('ledger.vkey'), 'utf8').trim();
  const full = createHash('sha256')
    .update(`${vkey.split('+')[0]}\n`).update(Buffer.from(vkey.split('+').slice(2).join('+'), 'base64')).digest('base64');
  assert.equal(root.tlogs[0].logId.keyId, full);
});

test('a time stamp (RFC 3161) over the signature: OpenSSL makes it, OpenSSL and Cupel judge it alike', options, () => {
  const { must } = makeAuthority(folder);
  const stamp = (data) => {
    must('ts', '-query', '-data', data, '-sha256', '-cert', '-out', 'query.tsq');
    must('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'response.tsr');
  };
  const judge = () => ({
    openssl: openssl('ts', '-verify', '-data', 'sig', '-in', 'response.tsr', '-CAfile', 'ca.pem').code === 0,
    cupel: run(samples(), ['stamp', folder]),
  });
  const before = Math.floor(Date.now() / 1000);
  stamp('sig');
  const good = judge();
  assert.ok(good.openssl);
  assert.equal(good.cupel.code, 0, good.cupel.err);
  const seconds = Number(good.cupel.out);
  assert.ok(seconds >= before && seconds <= Date.now() / 1000 + 1, `stamped now, not at ${seconds}`);
  const carried = JSON.parse(fs.readFileSync(file('stamped.json'), 'utf8'));
  assert.deepEqual(Buffer.from(carried.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp, 'base64'),
    fs.readFileSync(file('response.tsr')), 'the bundle carries the response as it is');

  stamp('pae');
  const ofOtherBytes = judge();
  assert.ok(!ofOtherBytes.openssl);
  assert.notEqual(ofOtherBytes.cupel.code, 0);
  assert.match(ofOtherBytes.cupel.err, /over other bytes/);

  stamp('sig');
  flip('response.tsr', 'response.tsr', -5);
  const forged = judge();
  assert.ok(!forged.openssl);
  assert.notEqual(forged.cupel.code, 0);
});

const load = (name) => import(name).then((module) => module.default ?? module, () => undefined);
const sigstore = {
  bundle: await load('@sigstore/bundle'), verify: await load('@sigstore/verify'), specs: await load('@sigstore/protobuf-specs'),
};

test('Sigstore\'s verifier accepts the same time stamp in our bundle and our trusted root', needs('the npm packages of tests/interop', sigstore.verify !== undefined), () => {
  const { must } = makeAuthority(folder);
  must('ts', '-query', '-data', 'sig', '-sha256', '-cert', '-out', 'query.tsq');
  must('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'response.tsr');
  runWell(samples(), ['stamp', folder]);
  const read = (name) => JSON.parse(fs.readFileSync(file(name), 'utf8'));
  const findKey = () => ({ publicKey: createPublicKey(fs.readFileSync(file('key.pem'))), validFor: () => true });
  const verify = (bundle) => {
    const material = sigstore.verify.toTrustMaterial(sigstore.specs.TrustedRoot.fromJSON(read('stamped_root.json')), findKey);
    const verifier = new sigstore.verify.Verifier(material, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 1 });
    verifier.verify(sigstore.verify.toSignedEntity(sigstore.bundle.bundleFromJSON(bundle)));
  };
  assert.doesNotThrow(() => verify(read('stamped.json')));
  assert.throws(() => verify(read('bundle.json')), 'without a time stamp the threshold is not met');
});
