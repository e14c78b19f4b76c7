// SPDX-License-Identifier: Apache-2.0
// A liar with an audit pack: changes what he likes, repairs the list of digests, and, where he holds the keys, signs
// and logs everything anew. Written from the formats' pages and not from Cupel's code.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { cupel, runWell, scratch } from './support.mjs';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), crypto.createHash('sha256')).digest();

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** RFC 6962: [root, paths of all leaves], by the definition. */
function tree(hashes) {
  if (hashes.length === 1) return { root: hashes[0], paths: [[]] };
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  const [left, right] = [tree(hashes.slice(0, split)), tree(hashes.slice(split))];
  return {
    root: sha256(Buffer.of(1), left.root, right.root),
    paths: [...left.paths.map((one) => [...one, right.root]), ...right.paths.map((one) => [...one, left.root])],
  };
}

export class Liar {
  constructor(made) {
    this.made = made;
    this.folder = path.join(scratch(), 'pack');
    fs.cpSync(made.pack, this.folder, { recursive: true });
  }

  file(name) { return path.join(this.folder, name); }

  read(name) { return fs.readFileSync(this.file(name)); }

  text(name) { return fs.readFileSync(this.file(name), 'utf8'); }

  json(name) { return JSON.parse(this.text(name)); }

  write(name, content) {
    fs.mkdirSync(path.dirname(this.file(name)), { recursive: true });
    fs.writeFileSync(this.file(name), content);
  }

  remove(name) { fs.rmSync(this.file(name), { recursive: true }); }

  rename(from, to) { fs.renameSync(this.file(from), this.file(to)); }

  swap(one, other) {
    const [a, b] = [this.read(one), this.read(other)];
    this.write(one, b);
    this.write(other, a);
  }

  /** Replaces a text that must be there. */
  replace(name, from, to) {
    const before = this.text(name);
    const after = before.replace(from, to);
    if (before === after) throw new Error(`${name} does not hold ${from}`);
    this.write(name, after);
  }

  flip(name, at) {
    const bytes = this.read(name);
    bytes[at % bytes.length] ^= 1;
    this.write(name, bytes);
  }

  /** Changes a JSON file and writes it in its canonical form; keeps the newline at its end. */
  edit(name, change) {
    const end = this.text(name).endsWith('\n') ? '\n' : '';
    const value = this.json(name);
    change(value);
    this.write(name, canonical(value) + end);
  }

  files(folder = '') {
    return fs.readdirSync(this.file(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name))).sort();
  }

  /** VERIFY.md lists what is there now. */
  repairList() {
    const lines = this.files().filter((name) => name !== 'VERIFY.md')
      .map((name) => `${sha256(this.read(name)).toString('hex')}  ${name}`);
    const kept = this.text('VERIFY.md').split('\n').filter((line) => !/^[0-9a-f]{64} {2}/.test(line));
    const end = kept.lastIndexOf('```');
    this.write('VERIFY.md', [...kept.slice(0, end), ...lines, ...kept.slice(end)].join('\n'));
  }

  // What follows needs the signer's private keys.

  evidenceNames() { return this.files('run/evidence'); }

  statement(name) { return JSON.parse(Buffer.from(this.json(name).dsseEnvelope.payload, 'base64')); }

  /** Signs another statement in the place of an evidence file; the ledger does not know it yet. */
  sign(name, statement) {
    const key = crypto.createPrivateKey(fs.readFileSync(path.join(this.made.home, 'keys/evidence.key.pem')));
    const body = Buffer.from(canonical(statement));
    const kind = 'application/vnd.in-toto+json';
    const pae = Buffer.concat([Buffer.from(`DSSEv1 ${kind.length} ${kind} ${body.length} `), body]);
    this.edit(name, (bundle) => {
      bundle.dsseEnvelope.payload = body.toString('base64');
      bundle.dsseEnvelope.signatures[0].sig = crypto.sign('sha256', pae, key).toString('base64');
    });
  }

  leaf(name) {
    const envelope = this.json(name).dsseEnvelope;
    const der = crypto.createPublicKey(this.read('run/keys/evidence.pub.pem')).export({ format: 'der', type: 'spki' });
    return Buffer.from(canonical({ apiVersion: '0.0.2', kind: 'dsse', spec: { dsseV002: {
      payloadHash: { algorithm: 'SHA2_256', digest: sha256(Buffer.from(envelope.payload, 'base64')).toString('base64') },
      signatures: [{ content: envelope.signatures[0].sig, verifier: {
        keyDetails: 'PKIX_ECDSA_P256_SHA_256', publicKey: { rawBytes: der.toString('base64') } } }],
    } } }));
  }

  root(names) { return tree(names.map((name) => sha256(Buffer.of(0), this.leaf(name)))).root; }

  /** A new ledger of these statements in this order, with receipts and Sigstore bundles. */
  relog(names = this.evidenceNames()) {
    const leaves = names.map((name) => this.leaf(name));
    const hashes = leaves.map((leaf) => sha256(Buffer.of(0), leaf));
    const { root, paths } = tree(hashes);
    const [origin] = this.text('run/ledger/checkpoint').split('\n');
    const text = `${origin}\n${leaves.length}\n${root.toString('base64')}\n`;
    const key = crypto.createPrivateKey(fs.readFileSync(path.join(this.made.home, 'keys/ledger.key.pem')));
    const vkey = this.text('run/keys/ledger.vkey').trim();
    const id = sha256(`${origin}\n`, Buffer.from(vkey.split('+').slice(2).join('+'), 'base64'));
    const signature = Buffer.concat([id.subarray(0, 4), crypto.sign(null, Buffer.from(text), key)]);
    const note = `${text}\n\u2014 ${origin} ${signature.toString('base64')}\n`;
    for (const folder of ['run/ledger/tile', 'receipts', 'sigstore']) this.remove(folder);
    this.write('run/ledger/checkpoint', note);
    this.write(`run/ledger/tile/0/000.p/${leaves.length}`, Buffer.concat(hashes));
    this.write(`run/ledger/tile/entries/000.p/${leaves.length}`, Buffer.concat(leaves.map((leaf) =>
      Buffer.concat([Buffer.of(leaf.length >> 8, leaf.length & 255), leaf]))));
    names.forEach((name, i) => {
      const stem = path.basename(name, '.sigstore.json');
      const hashesOf = paths[i].map((hash) => hash.toString('base64'));
      this.write(`receipts/${stem}.tlog-proof`,
        `c2sp.org/tlog-proof@v1\nindex ${i}\n${hashesOf.map((hash) => `${hash}\n`).join('')}\n${note}`);
      const bundle = this.json(name);
      bundle.verificationMaterial.tlogEntries = [{
        logIndex: String(i), logId: { keyId: id.toString('base64') }, kindVersion: { kind: 'dsse', version: '0.0.2' },
        integratedTime: '0', canonicalizedBody: leaves[i].toString('base64'),
        inclusionProof: { logIndex: String(i), rootHash: root.toString('base64'), treeSize: String(leaves.length),
          hashes: hashesOf, checkpoint: { envelope: note } },
      }];
      this.write(`sigstore/${stem}.sigstore.json`, `${canonical(bundle)}\n`);
    });
  }

  /** Makes everything that hangs on the statements and on report.json fit again, and signs and logs it. */
  reseal(changeReport = () => {}) {
    const names = this.evidenceNames();
    const last = names.at(-1);
    this.edit('run/report.json', (report) => {
      for (const check of report.checks) {
        check.evidence.sha256 = sha256(this.read(`run/${check.evidence.file}`)).toString('hex');
      }
      report.ledger.root = this.root(names.slice(0, -1)).toString('hex');
      changeReport(report);
    });
    for (const format of ['md', 'html']) {
      runWell(cupel(), ['report', this.file('run'), '--format', format, '--out', this.file(`run/report.${format}`)]);
    }
    const statement = this.statement(last);
    for (const subject of statement.subject) {
      subject.digest.sha256 = sha256(this.read(`run/${subject.name}`)).toString('hex');
    }
    statement.predicate.verdict = this.json('run/report.json').verdict;
    this.sign(last, statement);
    this.relog(names);
  }

  /** Changes the result file and the statement of one check, then signs all anew. */
  resealCheck(id, changeResult, changePredicate, changeReport) {
    const name = this.evidenceNames().find((one) => one.includes(id));
    const statement = this.statement(name);
    const resultName = `run/${statement.predicate.result.name}`;
    this.edit(resultName, changeResult);
    changePredicate(statement.predicate, statement);
    statement.predicate.result.digest.sha256 = sha256(this.read(resultName)).toString('hex');
    this.sign(name, statement);
    this.reseal(changeReport);
  }
}
