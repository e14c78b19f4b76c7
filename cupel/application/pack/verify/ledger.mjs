// SPDX-License-Identifier: Apache-2.0
// The ledger: checkpoint, leaves and tiles (docs/formats/ledger.md), and time stamps of what is signed.
import { createHash, verify as verifySignature } from 'node:crypto';
import { notes, refuse, expect } from './faults.mjs';
import { base64 } from './bytes.mjs';
import { leafHash, rootOf } from './merkle.mjs';

/**
 * A time stamp (RFC 3161), if there is one: it must hold the hash of the signature. Whether an authority made it, OpenSSL
 * says. Returns its bytes.
 */
export function checkStamp(pack, name, signature, extracted) {
  if (!pack.has(name)) return undefined;
  const stamp = pack.bytes(name);
  const over = ['sha256', 'sha384', 'sha512'].some((hash) => stamp.includes(createHash(hash).update(signature).digest()));
  if (expect(over, name, 'a time stamp of something else')) {
    notes.push(`a time stamp is not checked here: after --extract out, `
      + `openssl ts -verify -data out/${extracted} -in ${name} -CAfile THEIR-authority.pem`);
  }
  return stamp;
}

/** A signed checkpoint: origin, size, root, an empty line, signature lines (C2SP signed-note). */
export function openCheckpoint(note, ledger, place) {
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

export function readLedger(pack, keys) {
  const name = 'run/ledger/checkpoint';
  const checkpoint = openCheckpoint(pack.text(name), keys.ledger, name);
  const leaves = readLeaves(pack, checkpoint.size);
  const hashes = leaves.map(leafHash);
  if (!rootOf(hashes).equals(checkpoint.root)) refuse(name, 'its root is not the root of the ledger\'s leaves');
  checkTiles(pack, leaves, hashes);
  checkStamp(pack, `${name}.tsr`, checkpoint.signature, 'checkpoint.sig');
  return { checkpoint, leaves, hashes };
}
