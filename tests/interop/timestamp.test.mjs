// SPDX-License-Identifier: Apache-2.0
// Time stamps of a real assessment: asked for by `cupel evidence timestamp`, given and judged by the OpenSSL command line,
// believed by `cupel verify`, by the verifier in the audit pack as far as it can, and by Sigstore's verifier.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { cupel, has, hasExampleData, makeAuthority, makePack, needs, run, runWell, scratch, unzip } from './support.mjs';

const options = needs('openssl and dataset-fashion-mnist', has('openssl', ['version']) && hasExampleData());
const load = (name) => import(name).then((module) => module.default ?? module, () => undefined);
const sigstore = {
  bundle: await load('@sigstore/bundle'), verify: await load('@sigstore/verify'), specs: await load('@sigstore/protobuf-specs'),
};

const accuracy = '0001-evaluate.accuracy';
const plan = '0000-plan';
const stamped = [`evidence/${plan}.sigstore.json`, `evidence/${accuracy}.sigstore.json`, 'ledger/checkpoint'];
const beside = (name) => name.replace('.sigstore.json', '') + '.tsr';

let made;
let authority;
let stranger;
const inRun = (name) => path.join(made.run, name);
const say = (...words) => run(cupel(), words, { env: { ...process.env, CUPEL_HOME: made.home } });
const sayWell = (...words) => runWell(cupel(), words, { env: { ...process.env, CUPEL_HOME: made.home } });

/** Asks for a stamp of `file`, has `by` answer, and keeps the answer. */
function stamp(file, by = authority) {
  const [query, response] = [by.file('query.tsq'), by.file('response.tsr')];
  sayWell('evidence', 'timestamp', 'request', file, '--out', query);
  by.answer(query, response);
  return sayWell('evidence', 'timestamp', 'attach', file, '--request', query, '--response', response, '--json');
}

/** trust.toml: the run's own keys, and the anchors in a file. */
function trust(anchor) {
  const file = path.join(made.folder, 'trust.toml');
  const list = (...names) => JSON.stringify(names);
  fs.writeFileSync(file, `evidence = ${list(inRun('keys/evidence.pub.pem'))}\nledger = ${list(inRun('keys/ledger.vkey'))}\n`
    + (anchor === undefined ? '' : `timestamp = ${list(anchor)}\n`));
  return file;
}

before(() => {
  if (options.skip) return;
  made = makePack();
  authority = makeAuthority(scratch());
  stranger = makeAuthority(scratch());
});

describe('time stamps', options, () => {
  test('OpenSSL reads the request, and finds a nonce and the hash of the signature in it', () => {
    const query = authority.file('query.tsq');
    sayWell('evidence', 'timestamp', 'request', inRun(stamped[1]), '--out', query);
    const { out } = authority.must('ts', '-query', '-in', query, '-text');
    assert.match(out, /Hash Algorithm: sha256/);
    assert.match(out, /Nonce: 0x[0-9A-F]{8,}/);
    assert.match(out, /Certificate required: yes/);
    const envelope = JSON.parse(fs.readFileSync(inRun(stamped[1]), 'utf8')).dsseEnvelope;
    const hash = createHash('sha256').update(Buffer.from(envelope.signatures[0].sig, 'base64')).digest();
    assert.ok(fs.readFileSync(query).includes(hash));
  });

  test('are added to a finished run, which verifies with every digest as it was', () => {
    const files = stamped.map((name) => fs.readFileSync(inRun(name)));
    const since = Math.floor(Date.now() / 1000);
    for (const name of stamped) {
      const kept = JSON.parse(stamp(inRun(name)).out);
      assert.equal(kept.file, inRun(beside(name)));
      assert.equal(kept.verified, false);
      const seconds = Date.parse(kept.time) / 1000;
      assert.ok(seconds >= since && seconds <= Date.now() / 1000 + 1, kept.time);
    }
    stamped.forEach((name, i) => assert.ok(fs.readFileSync(inRun(name)).equals(files[i]), name));
    const unchecked = JSON.parse(sayWell('verify', made.run, '--json').out).timestamps;
    assert.deepEqual(unchecked.map((one) => [one.of, one.verified]),
      ['ledger/checkpoint', ...stamped.slice(0, 2)].map((name) => [name, false]));
    const text = sayWell('verify', made.run, '--trust', trust()).out;
    assert.match(text, /stamped .*, by its own word: no time-stamp authority is trusted\n/);
    const checked = sayWell('verify', made.run, '--trust', trust(authority.file('ca.pem')), '--json');
    assert.ok(JSON.parse(checked.out).timestamps.every((one) => one.verified));
    const shown = sayWell('evidence', 'show', inRun(stamped[1]), '--trust', trust(authority.file('ca.pem')));
    assert.match(shown.out, /^stamped {4}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, verified$/m);
  });

  test('of an authority that is not believed are false', () => {
    for (const words of [['verify', made.run], ['evidence', 'show', inRun(stamped[0])]]) {
      const done = say(...words, '--trust', trust(stranger.file('ca.pem')));
      assert.equal(done.code, 4);
      assert.match(done.err, /\.tsr: the time stamp does not hold/);
    }
  });

  test('the authority\'s own certificate is an anchor, too, and OpenSSL agrees about both', () => {
    sayWell('verify', made.run, '--trust', trust(authority.file('tsa.pem')));
    const signature = authority.file('signature');
    const { sig } = JSON.parse(fs.readFileSync(inRun(stamped[0]), 'utf8')).dsseEnvelope.signatures[0];
    fs.writeFileSync(signature, Buffer.from(sig, 'base64'));
    const openssl = (by) => run('openssl',
      ['ts', '-verify', '-data', signature, '-in', inRun(beside(stamped[0])), '-CAfile', by.file('ca.pem')]).code;
    assert.equal(openssl(authority), 0);
    assert.notEqual(openssl(stranger), 0);
  });

  const put = (name, bytes) => fs.writeFileSync(inRun(name), bytes);
  const lies = {
    'of another statement': () => put(beside(stamped[0]), fs.readFileSync(inRun(beside(stamped[1])))),
    'of a statement, beside the checkpoint': () => put(beside(stamped[2]), fs.readFileSync(inRun(beside(stamped[0])))),
    'that are no stamps': () => put(beside(stamped[1]), 'hello'),
    'of no statement at all': () => put('evidence/0009-more.tsr', fs.readFileSync(inRun(beside(stamped[0])))),
    'inside the statement\'s file': () => {
      const bundle = JSON.parse(fs.readFileSync(inRun(stamped[1]), 'utf8'));
      const signedTimestamp = fs.readFileSync(inRun(beside(stamped[1]))).toString('base64');
      bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
      put(stamped[1], `${JSON.stringify(bundle)}\n`);
    },
  };
  for (const [what, lie] of Object.entries(lies)) {
    test(`${what} are refused`, () => {
      const copy = path.join(made.folder, 'copy');
      fs.cpSync(made.run, copy, { recursive: true });
      lie();
      const done = say('verify', made.run);
      fs.rmSync(made.run, { recursive: true });
      fs.renameSync(copy, made.run);
      assert.ok([3, 4].includes(done.code), done.err);
      sayWell('verify', made.run);
    });
  }

  describe('in an audit pack', () => {
    let pack;
    before(() => {
      const zip = path.join(made.folder, 'stamped.zip');
      pack = path.join(made.folder, 'stamped');
      sayWell('export', made.run, '--audit', zip);
      unzip(zip, pack);
    });
    const verifier = (...words) => run(process.execPath, ['verify.mjs', ...words], { cwd: pack, env: {} });

    test('are where Sigstore looks for them, and Cupel verifies them from the archive', () => {
      const bundle = JSON.parse(fs.readFileSync(path.join(pack, `sigstore/${accuracy}.sigstore.json`), 'utf8'));
      const [one] = bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps;
      assert.ok(Buffer.from(one.signedTimestamp, 'base64').equals(fs.readFileSync(inRun(beside(stamped[1])))));
      const done = sayWell('verify', pack, '--trust', trust(authority.file('ca.pem')), '--json');
      assert.equal(JSON.parse(done.out).timestamps.length, 3);
    });

    test('the stranger\'s verifier names the commands, and with them OpenSSL confirms every one', () => {
      const done = verifier('--extract', 'out');
      assert.equal(done.code, 0, done.out);
      const commands = [...done.out.matchAll(/openssl ts -verify .*/g)].map((match) => match[0]);
      assert.equal(commands.length, 3, done.out);
      const judge = (by) => commands.map((command) => run('/bin/sh',
        ['-c', command.replace('THEIR-authority.pem', by.file('ca.pem'))], { cwd: pack }).code === 0);
      assert.deepEqual(judge(authority), [true, true, true]);
      assert.deepEqual(judge(stranger), [false, false, false]);
      fs.rmSync(path.join(pack, 'out'), { recursive: true });
    });

    const names = [`run/evidence/${plan}.tsr`, `run/evidence/${accuracy}.tsr`, 'run/ledger/checkpoint.tsr'];
    const packLies = {
      'exchanged': () => fs.copyFileSync(path.join(pack, names[0]), path.join(pack, names[1])),
      'taken away': () => fs.rmSync(path.join(pack, names[1])),
      'of the checkpoint exchanged': () => fs.copyFileSync(path.join(pack, names[0]), path.join(pack, names[2])),
      'added': () => fs.copyFileSync(path.join(pack, names[0]), path.join(pack, 'run/evidence/0003-inspect.pgd.tsr')),
    };
    for (const [what, lie] of Object.entries(packLies)) {
      test(`${what} are found by both verifiers`, () => {
        const copy = path.join(made.folder, 'pack-copy');
        fs.cpSync(pack, copy, { recursive: true });
        lie();
        // The list of digests is brought up to date, as a forger would.
        const guide = path.join(pack, 'VERIFY.md');
        const digest = (name) => createHash('sha256').update(fs.readFileSync(path.join(pack, name))).digest('hex');
        const listed = fs.readFileSync(guide, 'utf8').split('\n').filter((line) => !/^[0-9a-f]{64} {2}/.test(line)
          || fs.existsSync(path.join(pack, line.slice(66))));
        let text = listed.map((line) => (/^[0-9a-f]{64} {2}/.test(line) ? `${digest(line.slice(66))}  ${line.slice(66)}` : line))
          .join('\n');
        if (what === 'added') text = text.replace(/^[0-9a-f]{64} {2}run\/evidence\/0003/m, (line) =>
          `${digest('run/evidence/0003-inspect.pgd.tsr')}  run/evidence/0003-inspect.pgd.tsr\n${line}`);
        fs.writeFileSync(guide, text);
        const [theirs, ours] = [verifier(), say('verify', pack)];
        fs.rmSync(pack, { recursive: true });
        fs.renameSync(copy, pack);
        assert.equal(theirs.code, 1, theirs.out);
        assert.doesNotMatch(theirs.out, /^FALSE .*VERIFY\.md/m);
        assert.match(theirs.out, /FALSE .*(tsr|sigstore)/);
        assert.equal(ours.code, 4, ours.err);
      });
    }

    test('Sigstore\'s verifier asks for a time stamp and finds it', needs('the npm packages of tests/interop', sigstore.verify !== undefined), () => {
      const read = (name) => JSON.parse(fs.readFileSync(path.join(pack, name), 'utf8'));
      const verify = (name, by) => {
        const root = read('trusted_root.json');
        const certificates = fs.readFileSync(by.file('chain.pem'), 'utf8').split(/(?=-----BEGIN)/)
          .map((pem) => ({ rawBytes: new X509Certificate(pem).raw.toString('base64') }));
        root.timestampAuthorities = [{ certChain: { certificates }, validFor: { start: '2020-01-01T00:00:00Z' } }];
        const key = createPublicKey(fs.readFileSync(path.join(pack, 'run/keys/evidence.pub.pem')));
        const material = sigstore.verify.toTrustMaterial(sigstore.specs.TrustedRoot.fromJSON(root),
          () => ({ publicKey: key, validFor: () => true }));
        new sigstore.verify.Verifier(material, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 1 })
          .verify(sigstore.verify.toSignedEntity(sigstore.bundle.bundleFromJSON(read(name))));
      };
      for (const name of [plan, accuracy]) {
        assert.doesNotThrow(() => verify(`sigstore/${name}.sigstore.json`, authority));
        assert.throws(() => verify(`sigstore/${name}.sigstore.json`, stranger));
      }
      assert.throws(() => verify('sigstore/0003-inspect.pgd.sigstore.json', authority), 'this one has no time stamp');
    });
  });

  test('a loose bundle keeps two of them inside, and all must hold', () => {
    const file = path.join(made.folder, 'loose.sigstore.json');
    fs.copyFileSync(inRun(stamped[1]), file);
    stamp(file);
    stamp(file, stranger);
    const show = (anchor) => say('evidence', 'show', file, '--trust', trust(anchor), '--json');
    assert.equal(show(authority.file('ca.pem')).code, 4);
    const both = path.join(made.folder, 'both.pem');
    fs.writeFileSync(both, fs.readFileSync(authority.file('ca.pem'), 'utf8') + fs.readFileSync(stranger.file('ca.pem'), 'utf8'));
    const shown = JSON.parse(show(both).out);
    assert.deepEqual(shown.timestamps.map((one) => one.verified), [true, true]);
  });
});
