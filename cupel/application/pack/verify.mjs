#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Verifies an audit pack of Cupel with nothing but Node.js (18 or newer): no package, no network, no Cupel.
//
//   node verify.mjs [FOLDER]                     the unpacked pack; default: the folder of this file
//     --evidence-key evidence.pub.pem            the signer's public key, got another way than with the pack
//     --ledger-key ledger.vkey                   the ledger's public key, likewise
//     --extract DIR                              also writes what OpenSSL needs to verify every signature
//
// What it recomputes, in this order: the list of digests in VERIFY.md; the ledger (signature of the checkpoint,
// Merkle root over all leaves, every stored hash); every statement (signature, place in the ledger, receipt);
// what the statements sign (plan, results, artifacts, report); and that every number of report.json, report.html
// and report.md is the number in a signed statement. It goes on after a fault, so that all faults are listed.
// It cannot judge time stamps (*.tsr): it says whether they are over the signatures, and OpenSSL does the rest.
//
// This file came with the pack, and whoever changed the pack could have changed it too: read it (it is meant to
// be read), or take it from Cupel's sources. Without --evidence-key it says that nothing changed since somebody
// signed; with it, who signed. Exit codes: 0 all holds, 1 something is false, 2 usage.

import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// ---------------------------------------------------------------------------------------------------- problems

const problems = [];
const confirmed = [];
const notes = [];

class False extends Error {}

/** Stops the step that is under way; `place` names the file. */
function refuse(place, message) {
  throw new False(`${place}: ${message}`);
}

/** Notes a fault and goes on. */
function expect(holds, place, message) {
  if (!holds) problems.push(`${place}: ${message}`);
  return holds;
}

/** Runs one step; what it throws is a fault named by `place`. Returns undefined then. `claim`: what holds without one. */
function step(place, body, claim) {
  const before = problems.length;
  try {
    const result = body();
    if (claim !== undefined && problems.length === before) confirmed.push(claim(result));
    return result;
  } catch (error) {
    problems.push(error instanceof False ? error.message : `${place}: unreadable: ${error.message}`);
    return undefined;
  }
}

// ---------------------------------------------------------------------------------------------------- bytes, JSON

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hex = (bytes) => bytes.toString('hex');

/** RFC 8785: members sorted by UTF-16 units, no white space, numbers as ECMAScript prints them. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

const same = (a, b) => canonical(a ?? null) === canonical(b ?? null);
const show = (value) => (value === undefined ? 'nothing' : canonical(value));

/** Base64 in its one form. */
function base64(text, place) {
  const bytes = Buffer.from(String(text), 'base64');
  if (bytes.toString('base64') !== text) refuse(place, 'base64 that is not in its one form');
  return bytes;
}

/** The files of the unpacked pack. */
class Pack {
  constructor(root) {
    this.root = root;
    this.files = [];
    this.walk('');
    this.files.sort();
  }

  walk(folder) {
    for (const entry of fs.readdirSync(path.join(this.root, folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) this.walk(name);
      else if (entry.isFile()) this.files.push(name);
      else refuse(name, 'neither a file nor a folder');
    }
  }

  under(folder) {
    return this.files.filter((name) => name.startsWith(`${folder}/`));
  }

  has(name) {
    return this.files.includes(name);
  }

  bytes(name) {
    if (!this.has(name)) refuse(name, 'the file is missing');
    return fs.readFileSync(path.join(this.root, name));
  }

  text(name) {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(name));
  }

  /** JSON whose file is canonical, so that one value has one file; `end` is what follows it. */
  json(name, end = '') {
    const text = this.text(name);
    const value = JSON.parse(text);
    if (canonical(value) + end !== text) refuse(name, 'not in the form in which it was written');
    return value;
  }

  digest(name) {
    return hex(sha256(this.bytes(name)));
  }
}

// ---------------------------------------------------------------------------------------------------- Merkle tree

const leafHash = (leaf) => sha256(Buffer.of(0), leaf);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

/** The root over leaf hashes, RFC 6962 section 2.1: split at the largest power of two below the number. */
function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/** The root that an inclusion path leads to (RFC 9162 section 2.1.3.2), or undefined for a path of wrong length. */
function rootFromPath(hash, index, size, steps) {
  let node = index;
  let last = size - 1;
  let result = hash;
  for (const sibling of steps) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      result = nodeHash(sibling, result);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      result = nodeHash(result, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? result : undefined;
}

// ---------------------------------------------------------------------------------------------------- the list

/** VERIFY.md lists the SHA-256 of every other file: lines "<64 digits>  <name>". */
function checkList(pack) {
  const listed = new Map();
  for (const match of pack.text('VERIFY.md').matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)) {
    expect(!listed.has(match[2]), 'VERIFY.md', `lists ${match[2]} twice`);
    listed.set(match[2], match[1]);
  }
  for (const name of pack.files) {
    if (name === 'VERIFY.md') continue;
    if (!expect(listed.has(name), name, 'a file that VERIFY.md does not list')) continue;
    expect(listed.get(name) === pack.digest(name), name, 'its digest is not the one that VERIFY.md lists');
  }
  for (const name of listed.keys()) expect(pack.has(name), name, 'VERIFY.md lists this file, and it is missing');
  return listed.size;
}

// ---------------------------------------------------------------------------------------------------- keys

/** An Ed25519 public key as a C2SP verifier key: <name>+<id>+<base64 of 01 and the key>. */
function parseVerifierKey(text, place) {
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

function readKeys(pack, options) {
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

// ---------------------------------------------------------------------------------------------------- time stamps

/**
 * A time stamp (RFC 3161), if there is one: it must hold the hash of the signature. Whether an authority made it, OpenSSL
 * says. Returns its bytes.
 */
function checkStamp(pack, name, signature, extracted) {
  if (!pack.has(name)) return undefined;
  const stamp = pack.bytes(name);
  const over = ['sha256', 'sha384', 'sha512'].some((hash) => stamp.includes(createHash(hash).update(signature).digest()));
  if (expect(over, name, 'a time stamp of something else')) {
    notes.push(`a time stamp is not checked here: after --extract out, `
      + `openssl ts -verify -data out/${extracted} -in ${name} -CAfile THEIR-authority.pem`);
  }
  return stamp;
}

// ---------------------------------------------------------------------------------------------------- ledger

/** A signed checkpoint: origin, size, root, an empty line, signature lines (C2SP signed-note). */
function openCheckpoint(note, ledger, place) {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) refuse(place, 'the checkpoint has no signatures');
  const text = note.slice(0, split + 1);
  const lines = text.split('\n');
  if (!/^(0|[1-9][0-9]*)$/.test(lines[1] ?? '')) refuse(place, 'the checkpoint has no size');
  const signed = note.slice(split + 2).split('\n').slice(0, -1).map((line) => {
    const match = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (match === null) refuse(place, 'a signature line is malformed');
    return { name: match[1], bytes: base64(match[2], place) };
  });
  const ours = signed.filter((one) => one.name === ledger.name
    && one.bytes.subarray(0, 4).equals(ledger.id.subarray(0, 4)));
  const good = ours.length > 0 && ours.every((one) =>
    verifySignature(null, Buffer.from(text), ledger.key, one.bytes.subarray(4)));
  if (!good) refuse(place, 'the checkpoint is not signed with the ledger\'s key');
  if (lines[0] !== ledger.name) refuse(place, 'the checkpoint is of another ledger');
  return { text, size: Number(lines[1]), root: base64(lines[2], place), signature: ours[0].bytes.subarray(4) };
}

/** The path of a tile: groups of three digits, all but the last behind an "x" (C2SP tlog-tiles). */
function tilePath(level, index, width) {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0').match(/.{3}/g);
  const groups = digits.map((group, i) => (i === digits.length - 1 ? group : `x${group}`));
  return `run/ledger/tile/${level}/${groups.join('/')}${width === 256 ? '' : `.p/${width}`}`;
}

/** One bundle of leaves: each a big-endian 16-bit length and that many bytes. */
function readEntries(bytes, place) {
  const leaves = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 2 > bytes.length) refuse(place, 'ends within a leaf');
    const length = bytes.readUInt16BE(at);
    if (at + 2 + length > bytes.length) refuse(place, 'ends within a leaf');
    leaves.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return leaves;
}

function readLeaves(pack, size) {
  const leaves = [];
  for (let index = 0; index * 256 < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    const name = tilePath('entries', index, width);
    const entries = readEntries(pack.bytes(name), name);
    if (entries.length !== width) refuse(name, `holds ${entries.length} leaves, expected ${width}`);
    leaves.push(...entries);
  }
  return leaves;
}

/** Every file under ledger/tile must be the start of what the leaves give for it. */
function checkTiles(pack, leaves, hashes) {
  const expected = new Map();
  for (let level = 0, nodes = hashes; nodes.length > 0; level += 1) {
    for (let index = 0; index * 256 < nodes.length; index += 1) {
      const part = nodes.slice(index * 256, index * 256 + 256);
      for (let width = 1; width <= part.length; width += 1) expected.set(tilePath(level, index, width), { part, width });
      expect(pack.has(tilePath(level, index, part.length)), tilePath(level, index, part.length), 'is missing');
    }
    const above = [];
    for (let i = 0; (i + 1) * 256 <= nodes.length; i += 1) above.push(rootOf(nodes.slice(i * 256, i * 256 + 256)));
    nodes = above;
  }
  for (const name of pack.under('run/ledger')) {
    if (name === 'run/ledger/checkpoint' || name === 'run/ledger/checkpoint.tsr') continue;
    if (name.startsWith('run/ledger/tile/entries/')) {
      const first = Number(name.replace(/.*entries\//, '').replace(/\.p\/.*/, '').replace(/[x/]/g, '')) * 256;
      const entries = readEntries(pack.bytes(name), name);
      const holds = entries.length > 0 && name === tilePath('entries', first / 256, entries.length)
        && entries.every((leaf, i) => leaves[first + i] !== undefined && leaf.equals(leaves[first + i]));
      expect(holds, name, 'holds other leaves than the ledger');
    } else if (expect(expected.has(name), name, 'a file that the checkpoint does not cover')) {
      const { part, width } = expected.get(name);
      expect(pack.bytes(name).equals(Buffer.concat(part.slice(0, width))), name, 'its hashes are not those of the leaves');
    }
  }
}

function readLedger(pack, keys) {
  const name = 'run/ledger/checkpoint';
  const checkpoint = openCheckpoint(pack.text(name), keys.ledger, name);
  const leaves = readLeaves(pack, checkpoint.size);
  const hashes = leaves.map(leafHash);
  if (!rootOf(hashes).equals(checkpoint.root)) refuse(name, 'its root is not the root of the ledger\'s leaves');
  checkTiles(pack, leaves, hashes);
  checkStamp(pack, `${name}.tsr`, checkpoint.signature, 'checkpoint.sig');
  return { checkpoint, leaves, hashes };
}

// ---------------------------------------------------------------------------------------------------- statements

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

function readStatements(pack, ledger, keys) {
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

// ---------------------------------------------------------------------------------------------------- plan

/** A file that a statement names with its digest; returns its name in the pack. */
function checkNamed(pack, descriptor, place, covered) {
  const name = `run/${descriptor.name}`;
  if (!pack.has(name)) refuse(name, `missing; ${place} names it`);
  if (pack.digest(name) !== descriptor.digest.sha256) refuse(name, `not the file that ${place} signs`);
  covered.add(name);
  return name;
}

function readPlan(pack, statements, covered) {
  const statement = statements[0];
  if (statement === undefined) refuse('run/evidence', 'the statement of the plan is missing or false');
  const { name } = statement;
  const { predicate, predicateType } = statement.statement;
  expect(predicateType === 'https://cupel.dev/predicate/plan/v0.1' && statement.what === 'plan', name,
    'the first statement is not that of a plan');
  checkNamed(pack, predicate.planText, name, covered);
  const plan = pack.json(checkNamed(pack, predicate.plan, name, covered));
  const model = plan.inputs.model ?? plan.inputs.predictions;
  expect(same(predicate.inputs, plan.inputs), name, 'names other inputs than run/plan.json');
  expect(same(statement.statement.subject, [{ name: model.file, digest: { sha256: model.sha256 } }]), name,
    'is about another model than run/plan.json');
  return { plan, model, digest: predicate.plan.digest.sha256, engine: predicate.engine };
}

// ---------------------------------------------------------------------------------------------------- results

const gravity = { fail: 4, 'not-run': 3, warn: 2, pass: 1, 'not-applicable': 0 };
const gravest = (verdicts) => verdicts.reduce((a, b) => (gravity[a] >= gravity[b] ? a : b));

/** "<metric>[.value] <comparator> <number>"; the last comparator counts. */
function parseRequirement(text) {
  const at = Math.max(text.lastIndexOf('<'), text.lastIndexOf('>'));
  const comparator = text[at + 1] === '=' ? text.slice(at, at + 2) : text[at];
  const name = text.slice(0, at).trim();
  const onValue = name.endsWith('.value');
  return {
    metric: onValue ? name.slice(0, -6) : name,
    onValue,
    comparator,
    threshold: Number(text.slice(at + comparator.length).trim()),
  };
}

function holds(comparator, value, threshold) {
  switch (comparator) {
    case '>=': return value >= threshold;
    case '<=': return value <= threshold;
    case '>': return value > threshold;
    case '<': return value < threshold;
    default: return false;
  }
}

/** Tests a requirement anew on the side that hurts; what the statement must say of it. */
function testRequirement(text, metrics) {
  const { metric: name, onValue, comparator, threshold } = parseRequirement(text);
  const metric = metrics.find((one) => one.metric === name);
  const base = { metric: name, comparator, threshold };
  if (metric === undefined) return { ...base, passed: false, verdict: 'not-run', bound: 'value', compared: 0 };
  const upwards = comparator.startsWith('>');
  const bound = onValue || metric.method === undefined ? 'value' : upwards ? 'lower' : 'upper';
  const compared = bound === 'value' ? metric.value : upwards ? metric.low : metric.high;
  let verdict = 'not-run';
  if (metric.value !== null && compared !== null) {
    const ofValue = holds(comparator, metric.value, threshold);
    verdict = !ofValue ? 'fail' : holds(comparator, compared, threshold) ? 'pass' : 'warn';
  }
  return { ...base, passed: verdict === 'pass', verdict, bound, compared };
}

/** A number of a result's file: "nan", "inf", "-inf" and "-0" are texts there, since JSON has no such numbers. */
const finite = (number) => (number === '-0' ? 0 : typeof number === 'number' ? number : null);

/** A metric of a result's file, as the statement must have it. */
function signedMetric(metric) {
  const signed = { metric: metric.name, value: finite(metric.value), sampleSize: metric.n };
  if (metric.count !== undefined && metric.count !== null) signed.count = metric.count;
  const interval = metric.interval ?? undefined;
  if (interval === undefined) return signed;
  const { low, high, level, method } = interval;
  return { ...signed, low: finite(low), high: finite(high), level, method };
}

/** The statement's numbers are those of the result's file, and its verdicts follow from them and the plan. */
function checkNumbers(predicate, result, planned, name) {
  const metrics = (result.result.metrics ?? []).map(signedMetric);
  expect(same(predicate.metrics, metrics), name, 'its metrics are not those of its result file');
  expect(predicate.sampleSize === result.samples, name, 'its number of samples is not that of its result file');
  const root = hex(rootOf((result.result.witnesses ?? []).map((one) => leafHash(canonical(one)))));
  expect(predicate.witnesses.merkleRoot.sha256 === root, name, 'its witnesses are not those of its result file');
  const untested = result.notRunReason !== '' || result.result.notApplicable;
  const tested = untested ? [] : planned.require.map((text) => testRequirement(text, predicate.metrics));
  expect(same(predicate.requirements, tested), name,
    `its requirements are not the plan's, tested on its metrics: ${show(predicate.requirements)}`);
  expect(same(result.requirements.map((one) => one.requirement), untested ? [] : planned.require), name,
    'its result file tests other requirements than the plan');
  const verdict = result.notRunReason !== '' ? 'not-run'
    : tested.length === 0 ? 'not-applicable' : gravest(tested.map((one) => one.verdict));
  expect(predicate.verdict === verdict && result.verdict === verdict, name,
    `its verdict must be ${verdict}, got ${predicate.verdict}`);
}

function checkResult(pack, statement, planned, frozen, covered) {
  const { name } = statement;
  const { predicate, predicateType, subject } = statement.statement;
  expect(predicateType === 'https://cupel.dev/predicate/evidence/v0.1', name, 'is no evidence of a check');
  expect(statement.what === planned.id && predicate.check.id === planned.id, name, `the plan has ${planned.id} here`);
  expect(predicate.plan.digest.sha256 === frozen.digest, name, 'is evidence of another plan');
  expect(same(subject, [{ name: frozen.model.file, digest: { sha256: frozen.model.sha256 } }]), name,
    'is about another model');
  for (const [member, value] of [['inputs', frozen.plan.inputs], ['seed', frozen.plan.seed], ['engine', frozen.engine]]) {
    expect(same(predicate[member], value), name, `has another "${member}" than the plan`);
  }
  for (const member of ['parameters', 'subset']) {
    expect(same(predicate.check[member], planned[member]), name, `has other ${member} than the plan`);
  }
  const result = pack.json(checkNamed(pack, predicate.result, name, covered));
  expect(result.check === planned.id, name, 'its result file is of another check');
  expect(same(predicate.artifacts.map((one) => one.name), result.artifactFiles), name,
    'its artifacts are not those of its result file');
  for (const artifact of predicate.artifacts) step(name, () => checkNamed(pack, artifact, name, covered));
  checkNumbers(predicate, result, planned, name);
  return { predicate, result, statement };
}

function checkResults(pack, statements, frozen, covered) {
  const checks = frozen.plan.checks.map((planned, i) => {
    const statement = statements[i + 1];
    if (!expect(statement !== undefined, planned.id, 'the plan has this check, and its statement is missing')) {
      return undefined;
    }
    return step(statement.name, () => checkResult(pack, statement, planned, frozen, covered));
  });
  return checks;
}

// ---------------------------------------------------------------------------------------------------- report

function reportedMetric(metric) {
  const { name, n, value, count, low, high, level, method } = metric;
  return JSON.parse(JSON.stringify({ metric: name, sampleSize: n, value, count, low, high, level, method }));
}

function reportedRequirement({ metric, comparator, threshold, verdict, bound, compared }) {
  return { metric, comparator, threshold, passed: verdict === 'pass', verdict, bound, compared };
}

/** One check of report.json against its signed statement. */
function checkReportedCheck(pack, reported, { predicate, result, statement }) {
  const place = `run/report.json: ${reported.id}`;
  const pairs = [
    ['id', reported.id, predicate.check.id],
    ['verdict', reported.verdict, predicate.verdict],
    ['principle', reported.principle, predicate.check.principle],
    ['requirements', reported.requirements, predicate.check.requirementIds],
    ['seconds', reported.seconds, predicate.seconds],
    ['requirementsTested', reported.requirementsTested.map(reportedRequirement), predicate.requirements],
    ['requirementsTested, as the plan writes them', reported.requirementsTested.map((one) => one.expression),
      result.requirements.map((one) => one.requirement)],
    ['figures', reported.figures, result.result.figures ?? []],
    ['notes', reported.notes, result.result.notes ?? []],
    ['evidence', reported.evidence, {
      file: statement.name.slice('run/'.length),
      sha256: pack.digest(statement.name),
      ledgerIndex: statement.index,
      keyId: statement.bundle.verificationMaterial.publicKey.hint,
    }],
  ];
  for (const [what, said, signed] of pairs) {
    expect(same(said, signed), place, `"${what}" is not what was signed`);
  }
  const metrics = reported.metrics.map(reportedMetric);
  expect(metrics.length === predicate.metrics.length, place, 'has another number of metrics than was signed');
  metrics.forEach((metric, i) => expect(same(metric, predicate.metrics[i]), place,
    `metric ${metric.metric} is ${show(metric)}, signed was ${show(predicate.metrics[i])}`));
  for (const { name, value } of reported.parameters) {
    const signed = name === 'subset' ? predicate.check.subset : predicate.check.parameters[name];
    const text = signed !== null && typeof signed === 'object' ? canonical(signed) : signed;
    expect(same(value, text), place, `parameter ${name} is not what was signed`);
  }
}

function checkReportJson(pack, report, frozen, checks, ledger, keys) {
  const place = 'run/report.json';
  const { inputs } = frozen.plan;
  const facts = [
    ['title', report.title, frozen.plan.name],
    ['plan', report.plan, { file: 'plan.json', digest: frozen.digest }],
    ['seed', report.seed, canonical(frozen.plan.seed)],
    ['tool', [report.tool.version, report.tool.engineBuild], [frozen.engine.version, frozen.engine.executable.sha256]],
    ['model', report.model && [report.model.name, report.model.sha256],
      inputs.model && [inputs.model.file, inputs.model.sha256]],
    ['data', report.data && [report.data.name, report.data.sha256, report.data.samples],
      inputs.data && [inputs.data.name, inputs.data.digest, inputs.data.samples]],
    ['number of checks', report.checks.length, checks.length],
    ['verdict', report.verdict, gravest(checks.map((check) => check?.predicate.verdict ?? 'not-run'))],
    ['ledger', [report.ledger.origin, report.ledger.size, report.ledger.root],
      [keys.ledger.name, checks.length + 1, hex(rootOf(ledger.hashes.slice(0, checks.length + 1)))]],
    ['ledger.publicKeys', report.ledger.publicKeys.map((key) => key.id), [keys.evidence.id, hex(keys.ledger.id)]],
  ];
  for (const [what, said, signed] of facts) {
    expect(same(said, signed), place, `"${what}" is ${show(said)}, signed was ${show(signed)}`);
  }
  report.checks.forEach((reported, i) => {
    if (checks[i] !== undefined) step(place, () => checkReportedCheck(pack, reported, checks[i]));
  });
}

/** The data inside the page are report.json, with "<" written so that no text closes the script. */
function checkReportHtml(pack, report) {
  const match = /<script id="cupel-report" type="application\/json">([^<]*)<\/script>/.exec(pack.text('run/report.html'));
  expect(match !== null && match[1] === canonical(report).replaceAll('<', '\\u003c'), 'run/report.html',
    'its data are not those of report.json');
}

/** `digits` decimal digits, half to even as C's printf: JavaScript rounds exact halves up. */
function roundedText(value, format, exact) {
  const text = format(value);
  const shown = exact(value);
  const tie = shown.startsWith('5') && /^50*$/.test(shown);
  if (!tie) return text;
  const below = format(value - Math.sign(value) * Number.EPSILON * 4 * Math.abs(value));
  return Number(below.replace(/e.*/, '').at(-1)) % 2 === 0 ? below : text;
}

function fixed1(value) {
  const text = roundedText(value, (x) => x.toFixed(1), (x) => x.toFixed(100).replace(/.*\../, '').slice(1));
  return Object.is(value, -0) ? `-${text}` : text;
}

function general4(value) {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const mantissa = (x) => x.toExponential(3);
  const text = roundedText(value, mantissa, (x) => x.toExponential(100).replace(/^-?\d\.\d{3}/, '').replace(/e.*/, ''));
  const [digits, power] = text.split('e');
  const exponent = Number(power);
  const trim = (number) => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);
  if (exponent >= -4 && exponent < 4) return trim(Number(text).toFixed(3 - exponent));
  return `${trim(digits)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function metricText(metric) {
  const share = metric.unit === '' || metric.unit === 'fraction';
  const number = (value) => (typeof value !== 'number' ? 'n/a' : share ? `${fixed1(100 * value)} %` : general4(value));
  return number(metric.value) + (metric.low === undefined ? '' : ` [${number(metric.low)}, ${number(metric.high)}]`);
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const english = (text) => (typeof text === 'string' ? text : text?.en ?? '');

/** The lines of report.md that claim something, from report.json. */
function claimLines(report) {
  const lines = [`# ${english(report.title)}: ${report.verdict}`];
  for (const check of report.checks) {
    const key = check.metrics.find((one) => one.name === check.requirementsTested[0]?.metric) ?? check.metrics[0];
    const number = key === undefined ? '' : cell(`${key.name} ${metricText(key)}`);
    lines.push(`| ${check.id} | **${check.verdict}** | ${number} | ${check.requirements.join(' ')} | `
      + `[${check.evidence.ledgerIndex}](${check.evidence.file}) |`);
    lines.push(`### ${check.id}: ${check.verdict}`);
    for (const one of check.requirementsTested) {
      lines.push(`| \`${cell(one.expression)}\` | ${one.verdict} | ${cell(english(one.reason))} |`);
    }
    for (const one of check.metrics) lines.push(`| ${cell(one.name)} | ${metricText(one)} | ${one.n} |`);
  }
  return lines;
}

const tableHeads = ['| check | verdict | key number | requirements | evidence |', '| requirement | verdict | why |',
  '| metric | value | n |'];
const principles = ['reliability', 'security', 'privacy', 'fairness', 'explainability'];

/** Headings and table rows of the overview and of the principles' sections: exactly those that report.json gives. */
function checkReportMarkdown(pack, report) {
  const found = [];
  let inside = true;
  for (const line of pack.text('run/report.md').split('\n')) {
    if (line.startsWith('## ')) inside = principles.includes(line.slice(3));
    else if (inside && /^(#|\|)/.test(line) && !/^\|-/.test(line) && !tableHeads.includes(line)) found.push(line);
  }
  const expected = claimLines(report);
  for (const line of expected) expect(found.includes(line), 'run/report.md', `lacks the line ${line}`);
  for (const line of found) expect(expected.includes(line), 'run/report.md', `claims what report.json does not: ${line}`);
  expect(found.length === expected.length, 'run/report.md', 'says a line twice');
}

function checkReport(pack, statements, frozen, checks, ledger, keys, covered) {
  const statement = statements[frozen.plan.checks.length + 1];
  if (statement === undefined) refuse('run/evidence', 'the statement of the report is missing or false');
  const { subject, predicate, predicateType } = statement.statement;
  expect(predicateType === 'https://cupel.dev/predicate/report/v0.1' && statement.what === 'report', statement.name,
    'the last statement is not that of the report');
  expect(statements.length === frozen.plan.checks.length + 2, 'run/evidence', 'there are statements behind the report\'s');
  for (const one of subject) step(statement.name, () => checkNamed(pack, one, statement.name, covered));
  expect(predicate.plan.digest.sha256 === frozen.digest, statement.name, 'is the report of another plan');
  const report = pack.json('run/report.json', '\n');
  expect(predicate.verdict === report.verdict, 'run/report.json', 'its verdict is not the one that was signed');
  checkReportJson(pack, report, frozen, checks, ledger, keys);
  checkReportHtml(pack, report);
  checkReportMarkdown(pack, report);
  return report.verdict;
}

// ---------------------------------------------------------------------------------------------------- the rest

/** model.json, trusted_root.json and the model itself, if it is there. */
function checkCompanions(pack, frozen, keys) {
  const model = pack.json('model.json', '\n');
  expect(same(model, frozen.model), 'model.json', 'is not what the signed plan says of the model');
  for (const name of pack.under('model')) {
    expect(name === `model/${frozen.model.sha256}${path.extname(frozen.model.file)}`, name, 'no part of the assessed model');
    expect(pack.digest(name) === frozen.model.sha256, name, 'not the model that was assessed');
  }
  const [tlog, ...others] = pack.json('trusted_root.json', '\n').tlogs;
  expect(others.length === 0 && tlog.baseUrl.includes(keys.ledger.name)
    && tlog.publicKey.rawBytes === keys.ledger.spki.toString('base64')
    && tlog.logId.keyId === keys.ledger.id.toString('base64'), 'trusted_root.json', 'names another ledger than run/keys');
}

function checkCoverage(pack, covered) {
  for (const name of pack.files) {
    if (!name.startsWith('run/')) {
      const known = ['VERIFY.md', 'verify.mjs', 'model.json', 'trusted_root.json'].includes(name);
      expect(known || /^(receipts|sigstore|model)\//.test(name), name, 'no part of an audit pack');
    } else if (!/^run\/(ledger|evidence|keys)\//.test(name)) {
      expect(covered.has(name), name, 'no signed statement covers this file');
    }
  }
}

/** For OpenSSL: each statement's signed bytes and signature, and the checkpoint's. */
function extract(folder, keys, ledger, statements) {
  fs.mkdirSync(folder, { recursive: true });
  const write = (name, bytes) => fs.writeFileSync(path.join(folder, name), bytes);
  for (const { stem, pae, signature } of statements.filter(Boolean)) {
    write(`${stem}.pae`, pae);
    write(`${stem}.sig`, signature);
  }
  write('checkpoint.txt', ledger.checkpoint.text);
  write('checkpoint.sig', ledger.checkpoint.signature);
  write('ledger.pub.pem', keys.ledger.key.export({ format: 'pem', type: 'spki' }));
}

function verifyPack(options) {
  const pack = step('pack', () => new Pack(options.folder));
  if (pack === undefined) return;
  step('VERIFY.md', () => checkList(pack), (n) => `${n} files have the digests that VERIFY.md lists`);
  const keys = step('run/keys', () => readKeys(pack, options));
  const ledger = keys && step('run/ledger', () => readLedger(pack, keys), ({ checkpoint }) =>
    `the ledger of ${checkpoint.size} leaves has root ${hex(checkpoint.root)}, signed by its key`);
  const statements = ledger && step('run/evidence', () => readStatements(pack, ledger, keys), (all) =>
    `${all.length} statements are signed by key ${keys.evidence.id}, stand in the ledger and have a receipt`);
  if (!statements) return;
  const covered = new Set();
  const frozen = step('run/plan.json', () => readPlan(pack, statements, covered), ({ plan }) =>
    `the plan "${plan.name}" was fixed in leaf 0, before its results`);
  if (!frozen) return;
  const checks = step('run/results', () => checkResults(pack, statements, frozen, covered), (all) =>
    `${all.length} results, one for each check of the plan; every verdict was computed anew`);
  if (checks) {
    step('run/report.json', () => checkReport(pack, statements, frozen, checks, ledger, keys, covered), (verdict) =>
      `every number of report.json, report.html and report.md is one that was signed; verdict: ${verdict}`);
  }
  step('model.json', () => checkCompanions(pack, frozen, keys));
  checkCoverage(pack, covered);
  if (options.extract !== undefined) extract(options.extract, keys, ledger, statements);
}

function parseArguments(words) {
  const options = { folder: path.dirname(fileURLToPath(import.meta.url)) };
  const named = { '--evidence-key': 'evidenceKey', '--ledger-key': 'ledgerKey', '--extract': 'extract' };
  for (let i = 0; i < words.length; i += 1) {
    const option = named[words[i]];
    if (option !== undefined && words[i + 1] !== undefined) options[option] = words[i += 1];
    else if (words[i].startsWith('-')) return undefined;
    else options.folder = words[i];
  }
  return options;
}

function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options === undefined) {
    console.error('usage: node verify.mjs [FOLDER] [--evidence-key PEM] [--ledger-key VKEY] [--extract DIR]');
    return 2;
  }
  verifyPack(options);
  for (const line of confirmed) console.log(`ok    ${line}`);
  for (const line of problems) console.log(`FALSE ${line}`);
  if (problems.length > 0) {
    console.log(`\nNOT VERIFIED: ${problems.length} of the pack's claims are false`);
    return 1;
  }
  for (const line of notes) console.log(`note  ${line}`);
  if (options.evidenceKey === undefined) {
    console.log('note  the keys come from the pack itself; give --evidence-key and --ledger-key to check who signed');
  }
  console.log('\nverified');
  return 0;
}

process.exitCode = main();
