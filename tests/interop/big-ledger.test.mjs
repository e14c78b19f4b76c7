// SPDX-License-Identifier: Apache-2.0
// The ledger reader of verify.mjs on a ledger of several levels of tiles: more leaves than any run of the example has.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { runWell, samples, scratch } from './support.mjs';

const folder = scratch();
let reader;
let key;
before(async () => {
  runWell(samples(), ['ledger', folder, '300', '1025']);
  // The parts of the verifier that an audit pack carries.
  const parts = ['bytes', 'faults', 'keys', 'ledger'].map((name) => import(`../../cupel/application/pack/verify/${name}.mjs`));
  reader = Object.assign({}, ...await Promise.all(parts));
  key = reader.parseVerifierKey(JSON.parse(fs.readFileSync(path.join(folder, 'proofs.json'), 'utf8')).vkey, 'key');
});

/** The number of leaves, and the faults, after `change` was made to a copy of the ledger. */
function read(change = () => {}) {
  const pack = fs.mkdtempSync(path.join(folder, 'pack-'));
  fs.cpSync(path.join(folder, 'ledger'), path.join(pack, 'run/ledger'), { recursive: true });
  change(path.join(pack, 'run/ledger'));
  reader.problems.length = 0;
  const { leaves } = reader.readLedger(new reader.Pack(pack), { ledger: key });
  return { leaves: leaves.length, faults: [...reader.problems] };
}

const flip = (name) => (ledger) => {
  const bytes = fs.readFileSync(path.join(ledger, name));
  bytes[bytes.length - 3] ^= 1;
  fs.writeFileSync(path.join(ledger, name), bytes);
};

test('1025 leaves in full and partial tiles of two levels hold', () => {
  assert.deepEqual(read(), { leaves: 1025, faults: [] });
});

test('a changed leaf is found, in a full bundle and in a partial one', () => {
  for (const name of ['tile/entries/003', 'tile/entries/004.p/1']) assert.throws(() => read(flip(name)), /root/, name);
});

test('a changed, missing or added tile is found and named', () => {
  for (const name of ['tile/0/001', 'tile/0/004.p/1', 'tile/1/000.p/4', 'tile/1/000.p/1']) {
    assert.match(read(flip(name)).faults.join(), new RegExp(name), name);
  }
  for (const name of ['tile/0/001', 'tile/1/000.p/4']) {
    assert.match(read((ledger) => fs.rmSync(path.join(ledger, name))).faults.join(), new RegExp(name), name);
  }
  assert.match(read((ledger) => fs.writeFileSync(path.join(ledger, 'tile/0/005'), 'more')).faults.join(), /tile\/0\/005/);
});
