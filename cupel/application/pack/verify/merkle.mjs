// SPDX-License-Identifier: Apache-2.0
// Merkle trees: RFC 6962 and 9162.
import { sha256 } from './bytes.mjs';

export const leafHash = (leaf) => sha256(Buffer.of(0), leaf);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

/** The root over leaf hashes, RFC 6962 section 2.1: split at the largest power of two below the number. */
export function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/** The root that an inclusion path leads to (RFC 9162 section 2.1.3.2), or undefined for a path of wrong length. */
export function rootFromPath(hash, index, size, steps) {
  let node = index;
  let last = size - 1;
  let result = hash;
  for (const sibling of steps) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      result = nodeHash(sibling, result);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      result = nodeHash(result, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? result : undefined;
}
