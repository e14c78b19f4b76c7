// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createFormat, decimalsForInterval } from '../src/format.ts';
import { en } from '../src/i18n/en.ts';
import { zh } from '../src/i18n/zh.ts';

const format = createFormat('en', en);
const chinese = createFormat('zh', zh);

describe('a measured number', () => {
  it('shows two significant digits of the half width of its interval', () => {
    expect(format.measured({ value: 0.9123, low: 0.90656, high: 0.91776, unit: 'fraction' })).toEqual({ value: '91.23%', interval: '90.66\u2009–\u200991.78%' });
    expect(format.measured({ value: 0.312, low: 0.284, high: 0.3413, unit: 'fraction' })).toEqual({ value: '31.2%', interval: '28.4\u2009–\u200934.1%' });
    expect(format.measured({ value: 0.5, low: 0.2, high: 0.8, unit: 'fraction' })).toEqual({ value: '50%', interval: '20\u2009–\u200980%' });
  });
  it('counts 0.1 as one digit, not as 0.0999', () => {
    expect(decimalsForInterval(0.3, 0.5)).toBe(2);
    expect(decimalsForInterval(0, 20)).toBe(0);
    expect(decimalsForInterval(0, 2)).toBe(1);
  });
  it('takes the unit "" for a share and no unit for a bare number', () => {
    expect(format.measured({ value: 0.5, unit: '' }).value).toBe('50.00%');
    expect(format.measured({ value: 0.5634, low: 0.5487, high: 0.5781 })).toEqual({ value: '0.563', interval: '0.549\u2009–\u20090.578' });
  });
  it('has no interval when an end is missing', () => {
    expect(format.measured({ value: 0.5, low: null, high: 1 }).interval).toBeNull();
  });
  it('says so when it was not measured', () => {
    expect(format.number(null)).toBe('not measured');
    expect(format.number(Number.NaN)).toBe('not measured');
    expect(chinese.number(null)).toBe('未测得');
  });
  it('keeps at most four significant digits when it stands alone, without zeros at the end', () => {
    expect(format.number(1.83)).toBe('1.83');
    expect(format.number(0.00042)).toBe('0.00042');
    expect(format.number(61706)).toBe('61,706');
    expect(format.number(2.34567)).toBe('2.346');
  });
  it('writes very small numbers with a power of ten', () => {
    expect(format.number(1.2e-7)).toBe('1.2\u202f×\u202f10⁻⁷');
  });
  it('writes a true minus', () => {
    expect(format.number(-0.25)).toBe('\u22120.25');
  });
  it('puts other units after the number', () => {
    expect(format.number(12, 'ms')).toBe('12\u202fms');
  });
});

describe('a number compared with a threshold', () => {
  it('gets the digits it takes to see on which side it lies', () => {
    expect(format.compared(0.39999, 0.4, 'fraction')).toEqual({ value: '39.999%', threshold: '40.000%' });
    expect(format.compared(0.284, 0.4, 'fraction')).toEqual({ value: '28.4%', threshold: '40.0%' });
    expect(format.compared(0.578, 0.6)).toEqual({ value: '0.578', threshold: '0.600' });
  });
  it('is allowed to be equal to it', () => {
    expect(format.compared(0.4, 0.4, 'fraction')).toEqual({ value: '40.0%', threshold: '40.0%' });
  });
  it('has no threshold when none was given', () => {
    expect(format.compared(0.4, undefined, 'fraction')).toEqual({ value: '40.00%', threshold: '' });
  });
});

describe('durations and times', () => {
  it('are short', () => {
    expect(format.duration(0.034)).toBe('0.03 s');
    expect(format.duration(3.42)).toBe('3.4 s');
    expect(format.duration(84.2)).toBe('84 s');
    expect(format.duration(321)).toBe('5 min 21 s');
    expect(format.duration(7380)).toBe('2 h 3 min');
    expect(chinese.duration(321)).toBe('5 分 21 秒');
  });
  it('do not depend on the time zone of the reader', () => {
    expect(format.time('2026-01-01T09:30:00Z')).toContain('1 January 2026');
    expect(format.time('2026-01-01T09:30:00Z')).toContain('09:30 UTC');
  });
  it('leave what is no time as it is', () => {
    expect(format.time('soon')).toBe('soon');
  });
  it('scale large counts', () => {
    expect(format.scaled(842560, 'FLOP')).toBe('843\u202fkFLOP');
    expect(format.scaled(950, 'FLOP')).toBe('950\u202fFLOP');
    expect(format.scaled(1.2e12, 'FLOP')).toBe('1.20\u202fTFLOP');
  });
});
