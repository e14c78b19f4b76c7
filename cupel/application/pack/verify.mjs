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
// This file and those in verify/ came with the pack, and whoever changed the pack could have changed them too: read
// them (they are meant to be read), or take them from Cupel's sources. Without --evidence-key it says that nothing changed since somebody
// signed; with it, who signed. Exit codes: 0 all holds, 1 something is false, 2 usage.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { problems, confirmed, notes, expect, step } from './verify/faults.mjs';
import { hex, same, Pack } from './verify/bytes.mjs';
import { readKeys } from './verify/keys.mjs';
import { readLedger } from './verify/ledger.mjs';
import { readStatements } from './verify/statements.mjs';
import { readPlan, checkResults } from './verify/results.mjs';
import { checkReport } from './verify/report.mjs';

/** This program's other files, one subject each. */
const parts = ['bytes', 'faults', 'keys', 'ledger', 'merkle', 'report', 'results', 'statements'].map((part) => `verify/${part}.mjs`);

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
      const known = ['VERIFY.md', 'verify.mjs', 'model.json', 'trusted_root.json', ...parts].includes(name);
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
