// SPDX-License-Identifier: Apache-2.0
// Bytes, canonical JSON, and the files of the pack.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { refuse } from './faults.mjs';

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const hex = (bytes) => bytes.toString('hex');

/** RFC 8785: members sorted by UTF-16 units, no white space, numbers as ECMAScript prints them. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

export const same = (a, b) => canonical(a ?? null) === canonical(b ?? null);
export const show = (value) => (value === undefined ? 'nothing' : canonical(value));

/** Base64 in its one form. */
export function base64(text, place) {
  const bytes = Buffer.from(String(text), 'base64');
  if (bytes.toString('base64') !== text) refuse(place, 'base64 that is not in its one form');
  return bytes;
}

/** The files of the unpacked pack. */
export class Pack {
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
