// SPDX-License-Identifier: Apache-2.0
// Faults: what is false, what was confirmed, and what only somebody else can say.

export const problems = [];
export const confirmed = [];
export const notes = [];

class False extends Error {}

/** Stops the step that is under way; `place` names the file. */
export function refuse(place, message) {
  throw new False(`${place}: ${message}`);
}

/** Notes a fault and goes on. */
export function expect(holds, place, message) {
  if (!holds) problems.push(`${place}: ${message}`);
  return holds;
}

/** Runs one step; what it throws is a fault named by `place`. Returns undefined then. `claim`: what holds without one. */
export function step(place, body, claim) {
  const before = problems.length;
  try {
    const result = body();
    if (claim !== undefined && problems.length === before) confirmed.push(claim(result));
    return result;
  } catch (error) {
    problems.push(error instanceof False ? error.message : `${place}: unreadable: ${error.message}`);
    return undefined;
  }
}
