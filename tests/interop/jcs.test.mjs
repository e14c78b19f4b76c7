// SPDX-License-Identifier: Apache-2.0
// Canonical JSON (RFC 8785): Cupel's writer against the npm package `canonicalize`, byte for byte, on documents made at
// random with a fixed seed and spelled in many ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs, runWell, samples } from './support.mjs';

const canonicalize = await import('canonicalize').then((module) => module.default, () => undefined);
const options = needs('the npm packages of tests/interop', canonicalize !== undefined);

/** xorshift64*: the same numbers everywhere. */
function generator(seed) {
  let state = BigInt(seed);
  return () => {
    state ^= state >> 12n;
    state = BigInt.asUintN(64, state ^ (state << 25n));
    state ^= state >> 27n;
    return BigInt.asUintN(64, state * 2685821657736338717n);
  };
}

class Maker {
  constructor(seed) {
    this.next = generator(seed);
  }

  below(n) {
    return Number(this.next() % BigInt(n));
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Any finite double: half of them by their bits, the others of the sizes that people write. */
  number() {
    for (;;) {
      const kind = this.below(6);
      if (kind === 0) return this.below(2000) - 1000;
      if (kind === 1) return (this.below(2 ** 31) - 2 ** 30) / 10 ** this.below(12);
      if (kind === 2) return this.pick([0, -0, 1e21, 1e-7, 999999999999999900000, 1e-6, 5e-324, 1.7976931348623157e308,
        9007199254740991, -9007199254740991, 4.35, 0.1 + 0.2, 333333333.3333333, 1e23, 2 ** -1074, 2 ** 52 + 0.5]);
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, this.next());
      if (Number.isFinite(view.getFloat64(0))) return view.getFloat64(0);
    }
  }

  /** Another spelling of the same number. Beyond 2^53 never as plain digits: Cupel keeps those as integers, and refuses. */
  spellNumber(value) {
    const exact = Object.is(value, -0) ? '-0.0' : String(value);
    const spellings = [exact, value.toExponential(), value.toExponential().replace('e', 'E')];
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 53) spellings.push(`${exact.replace('.0', '')}.000`);
    const good = spellings.filter((text) => Number(text) === value && !(Math.abs(value) >= 2 ** 53 && /^-?\d+$/.test(text)));
    return this.pick(good);
  }

  text() {
    let text = '';
    for (let i = this.below(12); i > 0; i -= 1) {
      const kind = this.below(7);
      if (kind < 3) text += String.fromCharCode(0x20 + this.below(0x5f));
      else if (kind === 3) text += String.fromCharCode(this.below(0x20));
      else if (kind === 4) text += this.pick(['"', '\\', '/', '\u007f', '\u0080', '\u2028', '\u2029', '\ufeff', '\ufffd', '\uffff']);
      else if (kind === 5) text += String.fromCodePoint(0x10000 + this.below(0x100000));
      else text += String.fromCharCode(this.pick([0xa0, 0x3b1, 0x4e2d, 0xd7ff, 0xe000, 0xfb33]) + this.below(1));
    }
    return text;
  }

  spellText(text) {
    let out = '';
    for (const unit of text.split('')) {
      const code = unit.charCodeAt(0);
      const hex = code.toString(16).padStart(4, '0');
      if (code < 0x20 || unit === '"' || unit === '\\') out += this.below(2) ? JSON.stringify(unit).slice(1, -1) : `\\u${hex}`;
      else if (this.below(10) === 0) out += `\\u${this.below(2) ? hex : hex.toUpperCase()}`;
      else out += unit;
    }
    // A surrogate pair is escaped as a whole or not at all: half an escape would not be UTF-8.
    return `"${out.replace(/([\ud800-\udbff])\\u(d[c-f]..)/gi, (_, high, low) =>
      high + String.fromCharCode(parseInt(low, 16))).replace(/\\u(d[89ab]..)([\udc00-\udfff])/gi, (_, high, low) =>
      String.fromCharCode(parseInt(high, 16)) + low)}"`;
  }

  space() {
    return this.pick(['', '', '', ' ', '\t', '  ', '\r']);
  }

  document(depth) {
    const kind = this.below(depth > 4 ? 4 : 6);
    const around = (text) => this.space() + text + this.space();
    if (kind === 0) return around(this.pick(['null', 'true', 'false']));
    if (kind === 1 || kind === 2) return around(this.spellNumber(this.number()));
    if (kind === 3) return around(this.spellText(this.text()));
    const parts = [];
    const names = new Set();
    for (let i = this.below(6); i > 0; i -= 1) {
      const name = this.text();
      if (kind === 4) parts.push(this.document(depth + 1));
      else if (!names.has(name)) parts.push(`${around(this.spellText(name))}:${this.document(depth + 1)}`);
      names.add(name);
    }
    return around(kind === 4 ? `[${parts.join(',')}]` : `{${parts.join(',')}}`);
  }
}

/** The package's canonical form of each line against ours. */
function compare(lines) {
  const ours = runWell(samples(), ['canonical'], { input: `${lines.join('\n')}\n` }).out.split('\n');
  assert.equal(ours.length, lines.length + 1, 'one line for each document');
  lines.forEach((line, i) => assert.equal(ours[i], canonicalize(JSON.parse(line)), `document ${i}: ${line}`));
}

test('20 000 random documents have the same canonical bytes', options, () => {
  const maker = new Maker(20261125);
  const lines = [];
  for (let i = 0; i < 20000; i += 1) lines.push(maker.document(0));
  const all = lines.join('');
  for (const pattern of [/[\ud800-\udbff]/, /\\u/, /e-\d\d\d/i, /e\+?\d\d\d/i, /\t/, /\\n/, /\{.*\{.*\{/]) {
    assert.match(all, pattern, 'the documents must have every kind of difficulty');
  }
  compare(lines);
});

test('200 000 random numbers have the same canonical bytes', options, () => {
  const maker = new Maker(7);
  const lines = [];
  for (let i = 0; i < 2000; i += 1) {
    lines.push(`[${Array.from({ length: 100 }, () => maker.spellNumber(maker.number())).join(',')}]`);
  }
  compare(lines);
});

test('members are sorted by UTF-16 units, as the example of RFC 8785 section 3.2.3 asks', options, () => {
  compare(['{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",'
    + '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}']);
});

test('the comparison sees a difference', options, () => {
  assert.throws(() => {
    const ours = runWell(samples(), ['canonical'], { input: '{"b":1,"a":2}\n' }).out;
    assert.equal(ours, '{"b":1,"a":2}\n');
  });
});
