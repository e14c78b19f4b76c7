// SPDX-License-Identifier: Apache-2.0
import type { Check, Factor, Metric, Scorecard, Text } from '../src/report.ts';

const TITLES: [string, string, string][] = [
  ['white-box', 'White-box attack', '白盒攻击'],
  ['query', 'Black-box query attack', '黑盒查询攻击'],
  ['transfer', 'Transfer attack', '迁移攻击'],
  ['physical', 'Physical-world attack', '物理世界攻击'],
  ['backdoor', 'Backdoor', '后门'],
  ['membership', 'Membership inference', '成员推断'],
  ['inversion', 'Inversion and extraction', '反演与窃取'],
];

const metricOf = (checks: Check[], id: string, name: string): Metric | undefined =>
  checks.find((check) => check.id === id)?.metrics?.find((metric) => metric.name === name);

/** The scorecard of the sample's own figures: two factors of seven, so that the page shows what is missing. */
export function scorecardOf(checks: Check[]): Scorecard {
  const robust = metricOf(checks, 'inspect.pgd', 'robust_accuracy')?.low ?? null;
  const area = metricOf(checks, 'inspect.membership', 'auc')?.high ?? null;
  const measured: Record<string, { score: number; check: string; basis: Text }> = {};
  if (robust !== null) {
    measured['white-box'] = {
      score: 100 * robust, check: 'inspect.pgd',
      basis: { en: `inspect.pgd: lower bound of robust_accuracy is ${robust}`, zh: `inspect.pgd：robust_accuracy 的置信下限为 ${robust}` },
    };
  }
  if (area !== null) {
    measured['membership'] = {
      score: 100 * (1 - Math.max(0, 2 * area - 1)), check: 'inspect.membership',
      basis: { en: `inspect.membership: upper bound of auc is ${area}`, zh: `inspect.membership：auc 的置信上限为 ${area}` },
    };
  }
  const factors: Factor[] = TITLES.map(([id, title, zh]) => {
    const found = measured[id];
    return found
      ? { id, title: { en: title, zh }, score: found.score, checks: [found.check], basis: found.basis }
      : { id, title: { en: title, zh }, score: null, checks: [] };
  });
  const scores = factors.flatMap((factor) => (factor.score === null ? [] : [factor.score]));
  const overall = scores.length > 0 ? Math.min(...scores) : null;
  return { factors, overall, weakest: factors.find((factor) => factor.score === overall && overall !== null)?.id ?? '', complete: scores.length === factors.length };
}
