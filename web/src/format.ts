// SPDX-License-Identifier: Apache-2.0
//
// How numbers are written. An interval decides how many digits its value deserves: two significant digits of its half
// width. A number compared with a threshold gets as many digits as it takes to see on which side it lies.

import type { Catalogue, Language } from './i18n/catalogue.ts';

export type Unit = string | undefined;

export interface IntervalLike {
  value: number | null;
  low?: number | null;
  high?: number | null;
  unit?: string;
}

export interface Format {
  number: (value: number | null | undefined, unit?: Unit, decimals?: number) => string;
  integer: (value: number) => string;
  /** Value and interval with the same digits: ["91.23%", "90.66 – 91.78%"]; no interval: null. */
  measured: (m: IntervalLike) => { value: string; interval: string | null };
  /** Value and threshold with the fewest digits that tell them apart. */
  compared: (value: number | null | undefined, threshold: number | undefined, unit?: Unit) => { value: string; threshold: string };
  duration: (seconds: number) => string;
  time: (rfc3339: string) => string;
  /** 421642 -> "421.6 k", 8.4e5 FLOP -> "840 k" with SI prefixes. */
  scaled: (value: number, unit?: string) => string;
}

export const isShare = (unit: Unit): boolean => unit === 'fraction' || unit === '';
const scaleOf = (unit: Unit): number => (isShare(unit) ? 100 : 1);
const suffixOf = (unit: Unit): string => (isShare(unit) ? '%' : unit ? `\u202f${unit}` : '');
const exists = (x: number | null | undefined): x is number => typeof x === 'number' && Number.isFinite(x);

const MAX_DECIMALS = 6;
export const clampDecimals = (d: number): number => Math.min(MAX_DECIMALS, Math.max(0, d));

/** Decimals that show two significant digits of the half width of [low, high], both already scaled. */
export function decimalsForInterval(low: number, high: number): number {
  const half = Math.abs(high - low) / 2;
  // 1e-9 keeps a half width such as 0.1, computed as 0.0999..., from gaining a digit.
  return half > 0 ? clampDecimals(1 - Math.floor(Math.log10(half) + 1e-9)) : 2;
}

/** Decimals for a number that stands alone: hundredths of a percent, else four significant digits. */
export function decimalsAlone(value: number, unit: Unit): number {
  if (isShare(unit)) return value !== 0 && Math.abs(value) < 1e-4 ? 4 : 2;
  // Four significant digits, without the zeros at their end.
  const written = String(Number(value.toPrecision(4)));
  return written.includes('e') ? MAX_DECIMALS : clampDecimals(written.split('.')[1]?.length ?? 0);
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const superscript = (n: number): string =>
  (n < 0 ? '⁻' : '') + [...String(Math.abs(n))].map((d) => SUPERSCRIPT[Number(d)]).join('');

/** 1.2e-7 -> "1.2 × 10⁻⁷": for numbers that decimals would show as zero, or as a row of digits. */
export function scientific(value: number): string {
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const mantissa = Number((value / 10 ** exponent).toPrecision(2));
  return `${mantissa}\u202f×\u202f10${superscript(exponent)}`;
}

const needsScientific = (scaled: number): boolean => scaled !== 0 && (Math.abs(scaled) < 1e-4 || Math.abs(scaled) >= 1e9);

export function createFormat(language: Language, t: Catalogue): Format {
  const tag = language === 'zh' ? 'zh-CN' : 'en-GB';
  const minus = (s: string) => s.replace(/^-/, '\u2212');
  const fixed = (x: number, decimals: number) =>
    minus(x.toLocaleString(tag, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));

  const number: Format['number'] = (value, unit, decimals) => {
    if (!exists(value)) return t.missing;
    const scaled = value * scaleOf(unit);
    const body = needsScientific(scaled) && decimals === undefined ? scientific(scaled) : fixed(scaled, decimals ?? decimalsAlone(value, unit));
    return body + suffixOf(unit);
  };

  const measured: Format['measured'] = ({ value, low, high, unit }) => {
    if (!exists(low) || !exists(high)) return { value: number(value, unit), interval: null };
    const scale = scaleOf(unit);
    const decimals = decimalsForInterval(low * scale, high * scale);
    return {
      value: number(value, unit, decimals),
      interval: `${fixed(low * scale, decimals)}\u2009–\u2009${fixed(high * scale, decimals)}${suffixOf(unit)}`,
    };
  };

  const compared: Format['compared'] = (value, threshold, unit) => {
    if (!exists(value) || !exists(threshold)) return { value: number(value, unit), threshold: exists(threshold) ? number(threshold, unit) : '' };
    let decimals = isShare(unit) ? 1 : Math.min(3, Math.max(decimalsAlone(value, unit), decimalsAlone(threshold, unit)));
    while (value !== threshold && decimals < 9 && number(value, unit, decimals) === number(threshold, unit, decimals)) ++decimals;
    return { value: number(value, unit, decimals), threshold: number(threshold, unit, decimals) };
  };

  return { number, integer: (x) => fixed(x, 0), measured, compared, duration: durationIn(t, fixed), time: timeIn(tag), scaled };
}

function durationIn(t: Catalogue, fixed: (x: number, decimals: number) => string): Format['duration'] {
  return (seconds) => {
    if (seconds < 9.95) return t.secondsShort(fixed(seconds, seconds < 0.095 ? 2 : 1));
    const whole = Math.round(seconds);
    if (whole < 120) return t.secondsShort(String(whole));
    if (whole < 3600) return t.minutesShort(String(Math.floor(whole / 60)), String(whole % 60));
    const minutes = Math.round(whole / 60);
    return t.hoursShort(String(Math.floor(minutes / 60)), String(minutes % 60));
  };
}

function timeIn(tag: string): Format['time'] {
  return (rfc3339) => {
    const date = new Date(rfc3339);
    if (Number.isNaN(date.getTime())) return rfc3339;
    const words = date.toLocaleString(tag, {
      year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'UTC',
    });
    return `${words} UTC`;
  };
}

function scaled(value: number, unit = ''): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let rank = 0;
  while (value >= 1000 && rank < prefixes.length - 1) {
    value /= 1000;
    ++rank;
  }
  const digits = rank === 0 ? String(value) : value.toPrecision(3);
  return `${digits}\u202f${prefixes[rank]}${unit}`.trim();
}
