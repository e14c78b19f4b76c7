// SPDX-License-Identifier: Apache-2.0
// Signed models as others read them: npm's ajv checks their form against the specification, the OpenSSL command line the
// certificate chain and the signature, and Node.js the files' digests and the root.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { bundle as bundleSchema, statement as statementSchema } from './oms-schema.mjs';
import { cupel, has, needs, run, runWell, scratch } from './support.mjs';

const Ajv = await import('ajv/dist/2020.js').then((module) => module.default?.default ?? module.default, () => undefined);
const options = needs('npm ajv and openssl', Ajv !== undefined && has('openssl', ['version']));
const folder = scratch();
const file = (name) => path.join(folder, name);
const openssl = (...words) => run('openssl', words, { cwd: folder });
const files = { 'config.json': '{}', 'weights/a.bin': 'aaaa', 'weights/b:1.bin': 'bbbbbbb' };
const hashes = { sha256: 'sha256', blake2b: 'blake2b512' };
const signings = {
  files: [],
  shards: ['--shards'],
  blake2b: ['--hash', 'blake2b'],
  ignored: ['--ignore', 'weights/a.bin'],
  certificate: ['--certificate', file('me.pem'), '--chain', file('ca.pem'), '--key', file('me.key')],
};

function makeCertificates() {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  fs.writeFileSync(file('ext'), 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n');
  for (const words of [
    ['req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2'],
    ['req', ...key, '-keyout', 'me.key', '-out', 'me.csr', '-subj', '/CN=me'],
    ['x509', '-req', '-in', 'me.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'ext',
      '-out', 'me.pem'],
  ]) runWell('openssl', words, { cwd: folder });
}

before(() => {
  if (options.skip) return;
  makeCertificates();
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(file(`m/${name}`)), { recursive: true });
    fs.writeFileSync(file(`m/${name}`), text);
  }
  const env = { ...process.env, CUPEL_HOME: file('home') };
  for (const [name, words] of Object.entries(signings))
    runWell(cupel(), ['-q', 'sign', file('m'), '--out', file(`${name}.sig`), ...words], { env });
});

const bundleOf = (name) => JSON.parse(fs.readFileSync(file(`${name}.sig`), 'utf8'));
const statementOf = (json) => JSON.parse(Buffer.from(json.dsseEnvelope.payload, 'base64').toString());

test('bundles and statements have the form of the specification', options, () => {
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
  const [isBundle, isStatement] = [ajv.compile(bundleSchema), ajv.compile(statementSchema)];
  for (const name of Object.keys(signings)) {
    assert.ok(isBundle(bundleOf(name)), `${name}: ${ajv.errorsText(isBundle.errors)}`);
    assert.ok(isStatement(statementOf(bundleOf(name))), `${name}: ${ajv.errorsText(isStatement.errors)}`);
  }
  const broken = {
    'another predicate': (s) => { s.predicateType = 'https://example.com/wrong-predicate/v1.0'; },
    'a digest that is no text': (s) => { s.predicate.resources[0].digest = { sha256: 'aa' }; },
    'a digest of another hash': (s) => { s.predicate.serialization.hash_type = 'blake2b'; },
    'a path that leads out': (s) => { s.predicate.resources[0].name = '../x'; },
    'no resources': (s) => { s.predicate.resources = []; },
    'a shard size for whole files': (s) => { s.predicate.serialization.shard_size = 5; },
    'two subjects': (s) => { s.subject.push(s.subject[0]); },
    'an unknown member': (s) => { s.predicate.extra = 1; },
  };
  for (const [what, change] of Object.entries(broken)) {
    const statement = statementOf(bundleOf('files'));
    change(statement);
    assert.ok(!isStatement(statement), what);
  }
  for (const member of ['mediaType', 'verificationMaterial', 'dsseEnvelope']) {
    const json = bundleOf('certificate');
    delete json[member];
    assert.ok(!isBundle(json), member);
  }
});

test('digests and root are those of the files', options, () => {
  for (const name of Object.keys(signings)) {
    const { predicate, subject } = statementOf(bundleOf(name));
    const root = createHash('sha256');
    for (const resource of predicate.resources) {
      const [, where, start, end] = predicate.serialization.method === 'shards'
        ? /^(.*):(\d+):(\d+)$/.exec(resource.name) : [null, resource.name, 0, Infinity];
      const bytes = Buffer.from(files[where]).subarray(Number(start), Number(end));
      assert.equal(resource.digest, createHash(hashes[resource.algorithm]).update(bytes).digest('hex'), resource.name);
      root.update(Buffer.from(resource.digest, 'hex'));
    }
    assert.equal(subject[0].digest.sha256, root.digest('hex'), name);
    assert.equal(predicate.resources.length, name === 'ignored' ? 2 : 3);
  }
});

test('openssl verifies the chain and, with the leaf\'s key, the signature', options, () => {
  const json = bundleOf('certificate');
  const [leaf, ca] = json.verificationMaterial.x509CertificateChain.certificates.map((c) => Buffer.from(c.rawBytes, 'base64'));
  fs.writeFileSync(file('leaf.der'), leaf);
  fs.writeFileSync(file('issuer.der'), ca);
  runWell('openssl', ['x509', '-inform', 'DER', '-in', 'leaf.der', '-out', 'leaf.pem'], { cwd: folder });
  assert.match(openssl('verify', '-CAfile', 'ca.pem', 'leaf.pem').out, /leaf\.pem: OK/);
  fs.writeFileSync(file('leaf.pub'), openssl('x509', '-in', 'leaf.pem', '-noout', '-pubkey').out);
  const { payload, payloadType, signatures } = json.dsseEnvelope;
  const body = Buffer.from(payload, 'base64');
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
  fs.writeFileSync(file('oms.sig'), Buffer.from(signatures[0].sig, 'base64'));
  const verify = (bytes) => {
    fs.writeFileSync(file('oms.pae'), Buffer.concat([Buffer.from(head), bytes]));
    return openssl('dgst', '-sha256', '-verify', 'leaf.pub', '-signature', 'oms.sig', 'oms.pae');
  };
  assert.match(verify(body).out, /Verified OK/);
  body[5] ^= 1;
  assert.notEqual(verify(body).code, 0);
});
