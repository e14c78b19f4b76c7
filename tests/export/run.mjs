// SPDX-License-Identifier: Apache-2.0
//
// One assessment of the example by the program under test, and its exports.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const program = process.env.CUPEL_PROGRAM ?? join(root, 'build/release/cupel/cli/cupel');

/** What the assessment must have as inputs; without it the tests are skipped, and say so. */
export const DATA = '/usr/share/datasets/fashion-mnist';

export class Run {
  folder = mkdtempSync(join(tmpdir(), 'cupel-export-'));
  run = join(this.folder, 'run');
  #env = { ...process.env, CUPEL_HOME: join(this.folder, 'home') };

  /** plan: the example's quick plan, or files by name, plan.toml among them. */
  constructor(files = null) {
    for (const [name, text] of Object.entries(files ?? {})) writeFileSync(join(this.folder, name), text);
    const plan = files ? join(this.folder, 'plan.toml') : join(root, 'examples/fashion/quick.toml');
    const assessed = this.cupel('-q', 'assess', plan, '--out', this.run);
    if (assessed.status > 1) throw new Error(assessed.stderr);
  }

  cupel(...args) {
    return spawnSync(program, args, { env: this.#env, encoding: 'utf8', maxBuffer: 1 << 28 });
  }

  /** The document, as text. */
  export(format, ...more) {
    return execFileSync(program, ['export', this.run, '--format', format, ...more], { env: this.#env, encoding: 'utf8', maxBuffer: 1 << 28 });
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

export const example = (name) => join(root, 'examples/fashion', name);
export const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The document with one thing changed. */
export function changed(document, change) {
  const copy = structuredClone(document);
  change(copy);
  return copy;
}
