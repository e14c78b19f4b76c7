// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: the program under test, a real assessment in an audit pack, ZIP files.
import { spawnSync } from 'node:child_process';
import { inflateRawSync } from 'node:zlib';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const here = import.meta.dirname;

function fromEnvironment(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}: the tests are run by ctest -L interop`);
  return value;
}

/** Runs a program and returns its exit code and output; throws when it cannot be started. */
export function run(program, words, options = {}) {
  const done = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.error) throw done.error;
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** As run, and the program must end with one of `codes`. */
export function runWell(program, words, options = {}, codes = [0]) {
  const done = run(program, words, options);
  if (!codes.includes(done.code)) {
    throw new Error(`${program} ${words.join(' ')} ended with ${done.code}:\n${done.out}${done.err}`);
  }
  return done;
}

export const samples = () => fromEnvironment('CUPEL_SAMPLES');
export const cupel = () => fromEnvironment('CUPEL_PROGRAM');

/** A folder that is removed when the test's process ends. */
export function scratch() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cupel-interop-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Whether a program can be started. */
export function has(program, words = ['--version']) {
  const done = spawnSync(program, words, { encoding: 'utf8' });
  return !done.error && done.status === 0;
}

export const hasExampleData = () => fs.existsSync('/usr/share/datasets/fashion-mnist');

/** A test that cannot run is skipped with the reason on a person's machine and fails in CI, where it must run. */
export function needs(what, there) {
  if (there || process.env.CI) return {};
  return { skip: `needs ${what}: run scripts/setup` };
}

/** The entries of a ZIP file, by its central directory: name to bytes. */
export function readZip(file) {
  const zip = fs.readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const entries = new Map();
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i += 1) {
    const [method, packed, name, extra, comment, offset] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
    const raw = zip.subarray(start, start + packed);
    entries.set(zip.toString('utf8', at + 46, at + 46 + name), method === 0 ? raw : inflateRawSync(raw));
    at += 46 + name + extra + comment;
  }
  return entries;
}

export function unzip(file, folder) {
  for (const [name, bytes] of readZip(file)) {
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), bytes);
  }
}

/** A real assessment of the example, exported and unpacked: {folder, home, run, zip, pack}. */
export function makePack() {
  const folder = scratch();
  const made = { folder, home: path.join(folder, 'home'), run: path.join(folder, 'run') };
  made.zip = path.join(folder, 'audit.zip');
  made.pack = path.join(folder, 'pack');
  const env = { ...process.env, CUPEL_HOME: made.home };
  // Exit code 1: a requirement of the plan does not hold, on purpose.
  runWell(cupel(), ['-q', 'assess', path.join(here, 'plan.toml'), '--out', made.run], { env }, [1]);
  runWell(cupel(), ['export', made.run, '--audit', made.zip], { env });
  unzip(made.zip, made.pack);
  return made;
}

/**
 * A root and a time-stamp authority under it, by OpenSSL alone, in `folder`: ca.pem, chain.pem (the authority's first), tsa.cnf.
 * Whole seconds: DER drops a fraction's trailing zeros (X.690, 11.7.3), and Sigstore's reader takes three digits or none.
 * must: runs openssl in `folder`; answer: the response to a request.
 */
export function makeAuthority(folder) {
  const file = (name) => path.join(folder, name);
  const write = (name, text) => fs.writeFileSync(file(name), text);
  write('ca.ext', 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n');
  write('tsa.ext', 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
    + 'extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n');
  write('tsa.cnf', ['[tsa]', 'default_tsa=main', '[main]', `serial=${file('serial')}`, 'crypto_device=builtin',
    `signer_cert=${file('tsa.pem')}`, `signer_key=${file('tsa.key')}`, 'signer_digest=sha256', 'digests=sha256',
    'default_policy=1.3.6.1.4.1.99999.1', 'ess_cert_id_alg=sha256', 'accuracy=secs:1', ''].join('\n'));
  write('serial', '01\n');
  const must = (...words) => runWell('openssl', words, { cwd: folder });
  for (const name of ['ca', 'tsa']) {
    must('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
    must('req', '-new', '-key', `${name}.key`, '-subj', `/O=Cupel interop/CN=${name}`, '-out', `${name}.csr`);
  }
  must('x509', '-req', '-in', 'ca.csr', '-signkey', 'ca.key', '-days', '3', '-extfile', 'ca.ext', '-out', 'ca.pem');
  must('x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
    '-extfile', 'tsa.ext', '-out', 'tsa.pem');
  write('chain.pem', fs.readFileSync(file('tsa.pem'), 'utf8') + fs.readFileSync(file('ca.pem'), 'utf8'));
  const answer = (query, response) => must('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', query, '-out', response);
  return { must, answer, file };
}

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Writes a folder as a ZIP file with entries that are stored, not deflated. */
export function writeZip(folder, out) {
  const parts = [];
  const directory = [];
  let offset = 0;
  const names = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  for (const name of names) {
    const data = fs.readFileSync(path.join(folder, name));
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const entry = [Buffer.from('PK\x03\x04'), common, Buffer.from(name), data];
    directory.push(Buffer.from('PK\x01\x02\x14\x03'), common, tail, Buffer.from(name));
    parts.push(...entry);
    offset += Buffer.concat(entry).length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  fs.writeFileSync(out, Buffer.concat([...parts, central, end]));
}
