// SPDX-License-Identifier: Apache-2.0
// The stranger: has an audit pack, OpenSSL and Node.js, and nothing else. He confirms every claim of a real assessment's
// report; then lies are planted, one at a time, and each must be found and named, by verify.mjs and by `cupel verify`.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { Liar } from './liar.mjs';
import { cupel, has, hasExampleData, makePack, needs, run, scratch, writeZip } from './support.mjs';

const options = needs('openssl and dataset-fashion-mnist', has('openssl', ['version']) && hasExampleData());
let made;
let keys;
before(() => {
  if (options.skip) return;
  made = makePack();
  // Got another way than with the pack: here, from the signer's machine before the pack was made.
  keys = scratch();
  for (const name of ['evidence.pub.pem', 'ledger.vkey']) fs.copyFileSync(path.join(made.run, 'keys', name), path.join(keys, name));
});

/** The pack's own verifier, in an empty environment. */
function strangerSays(folder, words = []) {
  const done = run(process.execPath, ['verify.mjs', ...words], { cwd: folder, env: {} });
  return { ...done, faults: done.out.split('\n').filter((line) => line.startsWith('FALSE ')) };
}

const trusting = () => ['--evidence-key', path.join(keys, 'evidence.pub.pem'), '--ledger-key', path.join(keys, 'ledger.vkey')];

const cupelSays = (what) => run(cupel(), ['verify', what, '--trust', keys]);

test('the unchanged pack holds, for the stranger and for Cupel, unpacked and packed', options, () => {
  const stranger = strangerSays(made.pack, trusting());
  assert.equal(stranger.code, 0, stranger.out);
  assert.match(stranger.out, /5 statements are signed/);
  assert.match(stranger.out, /every number of report.json, report.html and report.md is one that was signed; verdict: fail/);
  assert.match(stranger.out, /\nverified\n$/);
  for (const what of [made.pack, made.zip]) assert.equal(cupelSays(what).code, 0, what);
});

test('OpenSSL confirms every signature by the commands of VERIFY.md', options, () => {
  const folder = new Liar(made).folder;
  const guide = fs.readFileSync(path.join(folder, 'VERIFY.md'), 'utf8');
  const commands = guide.split('```').filter((block) => block.startsWith('sh\n'))
    .flatMap((block) => block.split('\n')).filter((line) => /^(node|openssl) /.test(line) && !line.includes('THEIR-'));
  assert.ok(commands.length >= 5, commands.join('\n'));
  for (const command of commands) {
    const done = run('/bin/sh', ['-c', command], { cwd: folder, env: { PATH: `${path.dirname(process.execPath)}:/usr/bin` } });
    assert.equal(done.code, 0, `${command}\n${done.out}${done.err}`);
  }
  const statements = fs.readdirSync(path.join(folder, 'out')).filter((name) => name.endsWith('.pae'));
  assert.equal(statements.length, 5);
  for (const name of statements) {
    const signature = name.replace('.pae', '.sig');
    const verify = (signed) => run('openssl', ['dgst', '-sha256', '-verify', 'run/keys/evidence.pub.pem', '-signature',
      `out/${signature}`, signed], { cwd: folder, env: {} });
    assert.match(verify(`out/${name}`).out, /Verified OK/);
    assert.notEqual(verify('VERIFY.md').code, 0);
  }
});

const pgd = '0003-inspect.pgd';
const evidence = (stem) => `run/evidence/${stem}.sigstore.json`;
let other;
const otherKeys = () => (other ??= makePack());

// Each lie names the file (or the thing) that the stranger must be told of. The list of digests in VERIFY.md is always
// repaired by the liar, unless the lie is about it.
const unsigned = {
  'a number in report.json': [(liar) => liar.edit('run/report.json', (r) => { r.checks[0].metrics[0].value = 0.99; }), /report\.json/],
  'a number in report.md': [(liar) => liar.replace('run/report.md', /accuracy \d+\.\d %/, 'accuracy 99.0 %'), /report\.md/],
  'the verdict in report.html': [(liar) => liar.replace('run/report.html', '"verdict":"fail"', '"verdict":"pass"'), /report\.html/],
  'the viewer in report.html': [(liar) => liar.replace('run/report.html', '</title>', ' passed</title>'), /report\.html/],
  'a number in a result file': [(liar) => liar.edit(`run/results/${pgd}.json`, (r) => { r.result.metrics[0].value = 1; }), /results\/0003/],
  'an interval bound in a result file': [(liar) => liar.edit('run/results/0001-evaluate.accuracy.json', (r) => { r.result.metrics[0].interval.low = 0.97; }), /results\/0001/],
  'the number of samples in a result file': [(liar) => liar.edit('run/results/0001-evaluate.accuracy.json', (r) => { r.samples = 10000; }), /results\/0001/],
  'a number in a signed statement': [(liar) => liar.edit(evidence(pgd), (bundle) => {
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64'));
    statement.predicate.verdict = 'pass';
    bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
  }), /evidence\/0003.*signature/],
  'two evidence files exchanged': [(liar) => liar.swap(evidence('0001-evaluate.accuracy'), evidence('0002-evaluate.calibration')), /evidence\/000[12].*place/],
  'a statement deleted': [(liar) => liar.remove(evidence(pgd)), /leaf 3/],
  'a statement and all that belongs to it deleted': [(liar) => {
    for (const name of [evidence(pgd), `receipts/${pgd}.tlog-proof`, `sigstore/${pgd}.sigstore.json`]) liar.remove(name);
  }, /leaf 3/],
  'the report\'s statement deleted': [(liar) => liar.remove(evidence('0004-report')), /leaf 4/],
  'a ledger cut back': [(liar) => {
    liar.replace('run/ledger/checkpoint', '\n5\n', '\n4\n');
    liar.remove('run/ledger/tile/entries/000.p/5');
    liar.remove('run/ledger/tile/0/000.p/5');
  }, /ledger\/checkpoint/],
  'a leaf cut off the entries': [(liar) => {
    const name = 'run/ledger/tile/entries/000.p/5';
    liar.write(name, liar.read(name).subarray(0, -10));
  }, /entries\/000\.p\/5/],
  'leaves in another order': [(liar) => {
    const name = 'run/ledger/tile/entries/000.p/5';
    const bytes = liar.read(name);
    const first = 2 + bytes.readUInt16BE(0);
    const second = 2 + bytes.readUInt16BE(first);
    liar.write(name, Buffer.concat([bytes.subarray(first, first + second), bytes.subarray(0, first), bytes.subarray(first + second)]));
  }, /ledger/],
  'a hash in a tile': [(liar) => liar.flip('run/ledger/tile/0/000.p/5', 40), /tile\/0\/000\.p\/5/],
  'a forged checkpoint': [(liar) => {
    const [origin, size, root] = liar.text('run/ledger/checkpoint').split('\n');
    liar.replace('run/ledger/checkpoint', `${origin}\n${size}\n${root}`, `${origin}\n${size}\n${Buffer.alloc(32, 7).toString('base64')}`);
  }, /ledger\/checkpoint.*not signed/],
  'the evidence key replaced': [(liar) => fs.copyFileSync(path.join(otherKeys().run, 'keys/evidence.pub.pem'), liar.file('run/keys/evidence.pub.pem')), /keys\/evidence\.pub\.pem/],
  'the ledger key replaced': [(liar) => fs.copyFileSync(path.join(otherKeys().run, 'keys/ledger.vkey'), liar.file('run/keys/ledger.vkey')), /keys\/ledger\.vkey/],
  'everything signed anew with other keys': [(liar) => {
    fs.rmSync(liar.folder, { recursive: true });
    fs.cpSync(otherKeys().pack, liar.folder, { recursive: true });
  }, /keys\/evidence\.pub\.pem: not the key that you trust/],
  'a changed picture': [(liar) => liar.flip(liar.files('run/artifacts')[0], 500), /artifacts\//],
  'a picture exchanged in the report': [(liar) => liar.edit('run/report.json', (r) => {
    const { rows } = r.checks[2].figures.find((one) => one.type === 'images');
    [rows[0].cells[0], rows[0].cells[1]] = [rows[0].cells[1], rows[0].cells[0]];
  }), /report\.json.*figures/],
  'a wrong digest in the frozen plan': [(liar) => liar.edit('run/plan.json', (p) => { p.inputs.data.digest = '0'.repeat(64); }), /plan\.json/],
  'a threshold in the frozen plan': [(liar) => liar.edit('run/plan.json', (p) => { p.checks[2].require = ['robust_accuracy >= 0']; }), /plan\.json/],
  'a threshold in plan.toml': [(liar) => liar.replace('run/plan.toml', 'robust_accuracy >= 0.99', 'robust_accuracy >= 0.00'), /plan\.toml/],
  'the model\'s digest in the plan': [(liar) => liar.edit('run/plan.json', (p) => { p.inputs.model.sha256 = 'f'.repeat(64); }), /plan\.json/],
  'the model\'s digest in model.json': [(liar) => liar.edit('model.json', (m) => { m.sha256 = 'f'.repeat(64); }), /model\.json/],
  'another model in the pack': [(liar) => liar.write(`model/${liar.json('model.json').sha256}.onnx`, 'another model'), /model\//],
  'a file added to the run': [(liar) => liar.write('run/results/0004-inspect.more.json', '{}'), /results\/0004-inspect\.more/],
  'a file added to the pack': [(liar) => liar.write('NOTE.md', 'all is well'), /NOTE\.md/],
  'a file added beside the ledger\'s tiles': [(liar) => liar.write('run/ledger/tile/0/001', 'more'), /ledger/],
  'a digest in VERIFY.md': [(liar) => liar.replace('VERIFY.md', /^[0-9a-f]{8}/m, '00000000'), /VERIFY\.md/, { list: 'kept' }],
  'a file taken off the list of VERIFY.md': [(liar) => liar.replace('VERIFY.md', /^[0-9a-f]{64} {2}run\/report\.json\n/m, ''), /report\.json/, { list: 'kept' }],
  'a changed file and the list as it was': [(liar) => liar.replace('run/report.md', 'fail', 'pass'), /report\.md/, { list: 'kept' }],
  'a failing check dropped from report.json': [(liar) => liar.edit('run/report.json', (r) => { r.checks.pop(); r.verdict = 'pass'; }), /report\.json/],
  'a receipt of another leaf': [(liar) => liar.replace(`receipts/${pgd}.tlog-proof`, 'index 3', 'index 2'), /receipts\/0003/],
  'a false hash in a receipt': [(liar) => {
    const lines = liar.text(`receipts/${pgd}.tlog-proof`).split('\n');
    lines[2] = Buffer.alloc(32, 9).toString('base64');
    liar.write(`receipts/${pgd}.tlog-proof`, lines.join('\n'));
  }, /receipts\/0003.*false/],
  'receipts exchanged': [(liar) => liar.swap('receipts/0001-evaluate.accuracy.tlog-proof', 'receipts/0002-evaluate.calibration.tlog-proof'), /receipts\/000[12]/],
  'Sigstore bundles exchanged': [(liar) => liar.swap('sigstore/0001-evaluate.accuracy.sigstore.json', 'sigstore/0002-evaluate.calibration.sigstore.json'), /sigstore\/000[12]/],
  'a Sigstore bundle without its log entry': [(liar) => liar.edit(`sigstore/${pgd}.sigstore.json`, (b) => { delete b.verificationMaterial.tlogEntries; }), /sigstore\/0003/],
  'a time stamp that nobody gave, in the plan\'s statement': [(liar) => liar.edit(evidence('0000-plan'), (b) => {
    b.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] };
  }), /evidence\/0000/],
  'a time stamp that nobody gave, in a Sigstore bundle': [(liar) => liar.edit(`sigstore/${pgd}.sigstore.json`, (b) => {
    b.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] };
  }), /sigstore\/0003/],
  'a log entry added to a statement of the run': [(liar) => liar.edit(evidence('0004-report'), (b) => {
    b.verificationMaterial.tlogEntries = liar.json('sigstore/0000-plan.sigstore.json').verificationMaterial.tlogEntries;
  }), /evidence\/0004/],
  'another ledger in trusted_root.json': [(liar) => liar.edit('trusted_root.json', (r) => { r.tlogs[0].logId.keyId = Buffer.alloc(32).toString('base64'); }), /trusted_root\.json/],
  'a link in the place of a file': [(liar) => {
    liar.remove('run/report.md');
    fs.symlinkSync(path.join(made.pack, 'run/report.md'), liar.file('run/report.md'));
  }, /report\.md/, { list: 'kept' }],
};

// The signer himself lies: every signature, leaf and receipt is true, and what they say is not what was measured.
const metric = (r, check, i) => r.checks[check].metrics[i];
const signed = {
  'a value': [(liar) => liar.reseal((r) => { metric(r, 0, 0).value = 0.99; }), /report\.json.*accuracy/],
  'an interval bound': [(liar) => liar.reseal((r) => { metric(r, 2, 0).low = 0.99; }), /report\.json.*robust_accuracy/],
  'the number of samples': [(liar) => liar.reseal((r) => { metric(r, 0, 0).n = 10000; }), /report\.json.*accuracy/],
  'a metric left out': [(liar) => liar.reseal((r) => { r.checks[0].metrics.pop(); }), /report\.json.*metrics/],
  'the failing check dropped': [(liar) => liar.reseal((r) => { r.checks.pop(); r.verdict = 'pass'; }), /report\.json.*number of checks/],
  'the failing check\'s verdict': [(liar) => liar.reseal((r) => { r.checks[2].verdict = 'pass'; }), /report\.json.*"verdict"/],
  'the overall verdict': [(liar) => liar.reseal((r) => { r.verdict = 'pass'; }), /report\.json: "verdict"/],
  'the threshold in the report': [(liar) => liar.reseal((r) => { r.checks[2].requirementsTested[0].threshold = 0; }), /report\.json.*requirementsTested/],
  'a figure': [(liar) => liar.reseal((r) => { r.checks[0].figures[0].counts[0][0] += 1; }), /report\.json.*figures/],
  'a parameter': [(liar) => liar.reseal((r) => { r.checks[2].parameters.find((one) => one.name === 'steps').value = 500; }), /report\.json.*steps/],
  'the model': [(liar) => liar.reseal((r) => { r.model.sha256 = 'f'.repeat(64); }), /report\.json: "model"/],
  'the data': [(liar) => liar.reseal((r) => { r.data.samples = 60000; }), /report\.json: "data"/],
  'the evidence that a check names': [(liar) => liar.reseal((r) => { r.checks[0].evidence.ledgerIndex = 2; }), /report\.json.*evidence/],
  'another threshold than the plan\'s': [(liar) => liar.resealCheck('inspect.pgd', (result) => {
    Object.assign(result.requirements[0], { requirement: 'robust_accuracy >= 0', verdict: 'pass' });
    result.verdict = 'pass';
  }, (predicate) => {
    Object.assign(predicate.requirements[0], { threshold: 0, passed: true, verdict: 'pass' });
    predicate.verdict = 'pass';
  }, (r) => {
    Object.assign(r.checks[2].requirementsTested[0], { threshold: 0, verdict: 'pass', expression: 'robust_accuracy >= 0' });
    r.checks[2].verdict = 'pass';
    r.verdict = 'pass';
  }), /evidence\/0003.*requirements/],
  'a verdict that does not follow': [(liar) => liar.resealCheck('inspect.pgd', (result) => {
    result.requirements[0].verdict = 'pass';
    result.verdict = 'pass';
  }, (predicate) => {
    Object.assign(predicate.requirements[0], { passed: true, verdict: 'pass' });
    predicate.verdict = 'pass';
  }, (r) => {
    r.checks[2].requirementsTested[0].verdict = 'pass';
    r.checks[2].verdict = 'pass';
    r.verdict = 'pass';
  }), /evidence\/0003/],
  'a number in the statement that the result does not have': [(liar) => liar.resealCheck('evaluate.accuracy', () => {}, (predicate) => {
    predicate.metrics[1].value = 1;
  }, (r) => { metric(r, 0, 1).value = 1; }), /evidence\/0001.*metrics/],
  'parameters that the plan does not have': [(liar) => liar.resealCheck('inspect.pgd', (result) => { result.parameters.steps = 1; },
    (predicate) => { predicate.check.parameters.steps = 1; },
    (r) => { r.checks[2].parameters.find((one) => one.name === 'steps').value = 1; }), /evidence\/0003.*parameters/],
  'witnesses left out of the result': [(liar) => liar.resealCheck('inspect.pgd', (result) => { result.result.witnesses = []; }, () => {}), /evidence\/0003.*witnesses/],
  'an artifact left out of the statement': [(liar) => liar.resealCheck('inspect.pgd', () => {}, (predicate) => { predicate.artifacts = []; }), /evidence\/0003.*artifacts/],
  'a statement about another model': [(liar) => liar.resealCheck('evaluate.accuracy', () => {}, (_, statement) => {
    statement.subject[0].digest.sha256 = 'f'.repeat(64);
  }), /evidence\/0001.*another model/],
  'the plan signed after its results': [(liar) => {
    const [plan, first, ...others] = liar.evidenceNames();
    liar.relog([first, plan, ...others]);
  }, /evidence\/000[01].*place/],
  'a statement logged twice': [(liar) => liar.relog([...liar.evidenceNames(), liar.evidenceNames()[1]]), /leaf 5/],
};

function plant([lie, named, { list = 'repaired' } = {}]) {
  const liar = new Liar(made);
  lie(liar);
  if (list === 'repaired') liar.repairList();
  const stranger = strangerSays(liar.folder, trusting());
  assert.equal(stranger.code, 1, `not found:\n${stranger.out}${stranger.err}`);
  assert.match(stranger.faults.join('\n'), named);
  const ours = cupelSays(liar.folder);
  assert.ok([3, 4].includes(ours.code), `cupel verify ended with ${ours.code}:\n${ours.out}${ours.err}`);
  assert.equal(ours.out, '', 'nothing is said to be verified');
  return liar;
}

describe('lies of somebody who does not hold the keys', options, () => {
  for (const [what, lie] of Object.entries(unsigned)) test(what, () => { plant(lie); });
});

describe('signed lies of the signer', options, () => {
  test('sealing anew without a lie gives a pack that verifies: it is the lies that are found', () => {
    const liar = new Liar(made);
    liar.resealCheck('inspect.pgd', () => {}, () => {});
    liar.repairList();
    const stranger = strangerSays(liar.folder, trusting());
    assert.equal(stranger.code, 0, stranger.out);
    const ours = cupelSays(liar.folder);
    assert.equal(ours.code, 0, ours.err);
  });
  for (const [what, lie] of Object.entries(signed)) test(what, () => { plant(lie); });
});

test('there are more than twenty lies of each kind', options, () => {
  assert.ok(Object.keys(unsigned).length > 20 && Object.keys(signed).length > 20);
});

test('without the keys given, signing anew with other keys is not found, and the verifier says so', options, () => {
  const stranger = strangerSays(otherKeys().pack);
  assert.equal(stranger.code, 0);
  assert.match(stranger.out, /the keys come from the pack itself/);
});

test('a lie is found in a ZIP file, too, also one that another program wrote', options, () => {
  const honest = path.join(scratch(), 'honest.zip');
  writeZip(made.pack, honest);
  assert.equal(cupelSays(honest).code, 0);
  const liar = plant(unsigned['a number in report.json']);
  const zip = path.join(scratch(), 'lie.zip');
  writeZip(liar.folder, zip);
  const ours = cupelSays(zip);
  assert.equal(ours.code, 4, ours.err);
  assert.match(ours.err, /report\.json/);
});
