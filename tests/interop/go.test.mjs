// SPDX-License-Identifier: Apache-2.0
// Go's transparency-log packages (Debian's golang-golang-x-mod-dev) verify a ledger at several sizes: checknotes.go.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { has, here, needs, runWell, samples, scratch } from './support.mjs';

const packages = '/usr/share/gocode/src/golang.org/x/mod/sumdb';
const options = needs('golang-go and golang-golang-x-mod-dev', has('go', ['version']) && fs.existsSync(packages));

test('checkpoints, inclusion and consistency hold in Go, and lies do not', options, () => {
  const folder = scratch();
  // Sizes around the borders of tiles (256) and of powers of two.
  runWell(samples(), ['ledger', folder, '1', '2', '3', '7', '255', '256', '257', '345', '512', '699', '700', '1025']);
  const done = runWell('go', ['run', path.join(here, 'checknotes.go'), path.join(folder, 'proofs.json')], {
    env: {
      PATH: process.env.PATH, HOME: folder, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '',
      GOCACHE: path.join(folder, 'cache'),
    },
  });
  assert.match(done.out, /^\d+ true claims accepted, \d+ false ones refused\n$/);
  console.log(done.out.trim());
});
