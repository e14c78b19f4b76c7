// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/proportion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

void CheckCounts(std::int64_t k, std::int64_t n, double level) {
  CUPEL_CHECK(k >= 0 && k <= n);
  CUPEL_CHECK(level > 0 && level < 1);
}

double Share(std::int64_t k, std::int64_t n) { return static_cast<double>(k) / static_cast<double>(n); }

}  // namespace

Interval WilsonOfShare(double p, double n, double level) {
  CUPEL_CHECK(p >= 0 && p <= 1 && n >= 0 && level > 0 && level < 1);
  if (n == 0) return {0, 1, level, "wilson"};
  const double z2 = std::pow(TwoSidedZ(level), 2);
  const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double reach = std::sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  // At the ends the limits are 0 and 1 exactly; rounding must not move them.
  return {p == 0 ? 0 : std::max(0.0, centre - reach), p == 1 ? 1 : std::min(1.0, centre + reach), level,
          "wilson"};
}

Interval Wilson(std::int64_t k, std::int64_t n, double level) {
  CheckCounts(k, n, level);
  return WilsonOfShare(n == 0 ? 0 : Share(k, n), static_cast<double>(n), level);
}

Interval ClopperPearson(std::int64_t k, std::int64_t n, double level) {
  CheckCounts(k, n, level);
  const double tail = (1 - level) / 2;
  const double successes = static_cast<double>(k);
  const double failures = static_cast<double>(n - k);
  const double low = k == 0 ? 0 : BetaQuantile(successes, failures + 1, tail);
  const double high = k == n ? 1 : BetaQuantile(successes + 1, failures, 1 - tail);
  return {low, high, level, "clopper-pearson"};
}

Result<ProportionMethod> ParseProportionMethod(std::string_view name) {
  if (name == "wilson") return ProportionMethod::kWilson;
  if (name == "clopper-pearson") return ProportionMethod::kClopperPearson;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown interval method \"{}\"", name), "",
              "known: wilson, clopper-pearson");
}

Interval ProportionInterval(std::int64_t k, std::int64_t n, double level, ProportionMethod method) {
  return method == ProportionMethod::kWilson ? Wilson(k, n, level) : ClopperPearson(k, n, level);
}

Interval NewcombeDifference(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2,
                            double level) {
  const Interval first = Wilson(k1, n1, level);
  const Interval second = Wilson(k2, n2, level);
  if (n1 == 0 || n2 == 0) return {-1, 1, level, "newcombe"};
  const double p1 = Share(k1, n1);
  const double p2 = Share(k2, n2);
  const double difference = p1 - p2;
  const double low = difference - std::hypot(p1 - first.low, second.high - p2);
  const double high = difference + std::hypot(first.high - p1, p2 - second.low);
  return {std::max(-1.0, low), std::min(1.0, high), level, "newcombe"};
}

std::int64_t SamplesForHalfWidth(double p, double half_width, double level) {
  CUPEL_CHECK(p >= 0 && p <= 1 && half_width > 0);
  const double z = TwoSidedZ(level);
  return static_cast<std::int64_t>(std::ceil(z * z * p * (1 - p) / (half_width * half_width)));
}

double ZeroErrorBound(std::int64_t n, double level) {
  CheckCounts(0, n, level);
  if (n == 0) return 1;
  return -std::expm1(std::log1p(-level) / static_cast<double>(n));
}

std::int64_t SamplesForZeroErrors(double bound, double level) {
  CUPEL_CHECK(bound > 0 && bound < 1 && level > 0 && level < 1);
  return static_cast<std::int64_t>(std::ceil(std::log1p(-level) / std::log1p(-bound)));
}

double UpperErrorBound(std::int64_t k, std::int64_t n, double level) {
  CheckCounts(k, n, level);
  if (k == n) return 1;
  return k == 0 ? ZeroErrorBound(n, level)
                : BetaQuantile(static_cast<double>(k + 1), static_cast<double>(n - k), level);
}

std::int64_t SamplesForErrors(std::int64_t k, double bound, double level) {
  CUPEL_CHECK(k >= 0 && bound > 0 && bound < 1 && level > 0 && level < 1);
  if (k == 0) return SamplesForZeroErrors(bound, level);
  // The bound falls as n grows; it is met when k errors or fewer are that improbable at the claimed rate.
  const auto supports = [&](std::int64_t n) { return BinomialCdf(k, n, bound) <= 1 - level; };
  std::int64_t low = k;
  std::int64_t high = k + 1;
  while (!supports(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (supports(middle) ? high : low) = middle;
  }
  return high;
}

std::int64_t SamplesForRuleOf30(double rate) {
  CUPEL_CHECK(rate > 0 && rate <= 1);
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(kRuleOf30Errors) / rate));
}

double BinomialTest(std::int64_t k, std::int64_t n, double p, Alternative alternative) {
  CUPEL_CHECK(k >= 0 && k <= n && p >= 0 && p <= 1);
  if (alternative == Alternative::kLess) return BinomialCdf(k, n, p);
  if (alternative == Alternative::kGreater) return BinomialUpperTail(k, n, p);
  // Equal probabilities computed along different paths differ in the last bits; R uses the same slack.
  const double limit = BinomialPmf(k, n, p) * (1 + 1e-7);
  double sum = 0;
  for (std::int64_t i = 0; i <= n; ++i) {
    const double probability = BinomialPmf(i, n, p);
    if (probability <= limit) sum += probability;
  }
  return std::min(1.0, sum);
}

}  // namespace cupel::stats
