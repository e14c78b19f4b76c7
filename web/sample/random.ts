// SPDX-License-Identifier: Apache-2.0

/** A number in [0, 1) that depends on i alone (splitmix-like mixing). */
export function randomAt(i: number): number {
  let z = (i + 1) * 0x9e3779b9;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
}

/** The same in [-1, 1). */
export const noise = (i: number): number => 2 * randomAt(i) - 1;
