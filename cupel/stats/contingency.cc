// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/contingency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

void CheckCount(const GroupCount& count) { CUPEL_CHECK(count.n > 0 && count.k >= 0 && count.k <= count.n); }

double Rate(const GroupCount& group) { return static_cast<double>(group.k) / static_cast<double>(group.n); }

GroupCount Sum(std::span<const GroupCount> groups) {
  GroupCount sum;
  for (const GroupCount& group : groups) {
    CheckCount(group);
    sum.k += group.k;
    sum.n += group.n;
  }
  return sum;
}

double LogChoose(std::int64_t n, std::int64_t k) {
  return std::lgamma(static_cast<double>(n + 1)) - std::lgamma(static_cast<double>(k + 1)) -
         std::lgamma(static_cast<double>(n - k + 1));
}

double LargestMinusSmallest(std::span<const GroupCount> groups) {
  double low = 1;
  double high = 0;
  for (const GroupCount& group : groups) {
    low = std::min(low, Rate(group));
    high = std::max(high, Rate(group));
  }
  return high - low;
}

}  // namespace

std::optional<TwoProportionTest> TwoProportionZ(GroupCount first, GroupCount second) {
  const GroupCount both[] = {first, second};
  const double pooled = Rate(Sum(both));
  if (pooled <= 0 || pooled >= 1) return std::nullopt;
  const double scale = 1 / static_cast<double>(first.n) + 1 / static_cast<double>(second.n);
  const double z = (Rate(first) - Rate(second)) / std::sqrt(pooled * (1 - pooled) * scale);
  return TwoProportionTest{z, 2 * NormalCdf(-std::abs(z))};
}

std::optional<ChiSquareTest> ChiSquareEqualRates(std::span<const GroupCount> groups) {
  CUPEL_CHECK(groups.size() >= 2);
  const double pooled = Rate(Sum(groups));
  if (pooled <= 0 || pooled >= 1) return std::nullopt;
  ChiSquareTest test;
  test.degrees = static_cast<std::int64_t>(groups.size()) - 1;
  test.smallest_expected = std::numeric_limits<double>::infinity();
  for (const GroupCount& group : groups) {
    const auto n = static_cast<double>(group.n);
    const double off = static_cast<double>(group.k) - n * pooled;
    test.statistic += off * off / (n * pooled) + off * off / (n * (1 - pooled));
    test.smallest_expected = std::min(test.smallest_expected, n * std::min(pooled, 1 - pooled));
  }
  test.p_value = ChiSquaredUpperTail(test.statistic, static_cast<double>(test.degrees));
  return test;
}

double FisherExact(GroupCount first, GroupCount second) {
  CheckCount(first);
  CheckCount(second);
  const std::int64_t successes = first.k + second.k;
  const std::int64_t lowest = std::max<std::int64_t>(0, successes - second.n);
  const std::int64_t highest = std::min(first.n, successes);
  const auto log_prob = [&](std::int64_t k) {
    return LogChoose(first.n, k) + LogChoose(second.n, successes - k) -
           LogChoose(first.n + second.n, successes);
  };
  const double limit = log_prob(first.k) + 1e-7;  // equally likely tables belong to the tail
  double p = 0;
  for (std::int64_t k = lowest; k <= highest; ++k) {
    const double log_p = log_prob(k);
    if (log_p <= limit) p += std::exp(log_p);
  }
  return std::min(1.0, p);
}

std::optional<StratifiedTest> MantelHaenszel(std::span<const Stratum> strata) {
  double excess = 0, variance = 0, concordant = 0, discordant = 0, difference = 0, weights = 0, noise = 0;
  for (const auto& [first, second] : strata) {
    CheckCount(first);
    CheckCount(second);
    const auto a = static_cast<double>(first.k), n1 = static_cast<double>(first.n);
    const auto c = static_cast<double>(second.k), n2 = static_cast<double>(second.n);
    const double n = n1 + n2;
    const double successes = a + c;
    excess += a - n1 * successes / n;
    variance += n1 * n2 * successes * (n - successes) / (n * n * (n - 1));
    concordant += a * (n2 - c) / n;
    discordant += (n1 - a) * c / n;
    const double weight = n1 * n2 / n;
    const double p1 = a / n1, p2 = c / n2;
    difference += weight * (p1 - p2);
    weights += weight;
    noise += weight * weight * (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2);
  }
  if (!(variance > 0)) return std::nullopt;
  StratifiedTest test;
  test.odds_ratio = discordant > 0 ? concordant / discordant : std::numeric_limits<double>::quiet_NaN();
  test.rate_difference = difference / weights;
  test.rate_difference_error = std::sqrt(noise) / weights;
  test.statistic = excess * excess / variance;
  test.p_value = ChiSquaredUpperTail(test.statistic, 1);
  return test;
}

Equivalence TestEquivalence(GroupCount first, GroupCount second, double margin, double alpha) {
  CheckCount(first);
  CheckCount(second);
  CUPEL_CHECK(margin > 0 && margin < 1 && alpha > 0 && alpha < 0.5);
  const auto n1 = static_cast<double>(first.n + 2), n2 = static_cast<double>(second.n + 2);
  const double p1 = static_cast<double>(first.k + 1) / n1, p2 = static_cast<double>(second.k + 1) / n2;
  const double spread = std::sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2);
  const double difference = p1 - p2;
  Equivalence result;
  result.p_value =
      std::max(NormalCdf(-(difference + margin) / spread), NormalCdf((difference - margin) / spread));
  const double level = 1 - 2 * alpha;
  const double reach = TwoSidedZ(level) * spread;
  result.interval = {std::max(-1.0, difference - reach), std::min(1.0, difference + reach), level,
                     "agresti-caffo"};
  return result;
}

double PermutationGapTest(std::span<const GroupCount> groups, const GapOptions& options) {
  CUPEL_CHECK(groups.size() >= 2 && options.replicates > 0);
  const GroupCount sum = Sum(groups);
  std::vector<std::uint32_t> group_of;
  group_of.reserve(static_cast<std::size_t>(sum.n));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    group_of.insert(group_of.end(), static_cast<std::size_t>(groups[g].n), static_cast<std::uint32_t>(g));
  }
  const double observed = LargestMinusSmallest(groups) * (1 - 1e-12);
  std::vector<GroupCount> drawn(groups.begin(), groups.end());
  std::int64_t exceeded = 0;
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    for (GroupCount& group : drawn) group.k = 0;
    // The first sum.k of a shuffled row of labels are the successes; a partial shuffle places just those.
    for (std::size_t i = 0; i < static_cast<std::size_t>(sum.k); ++i) {
      const auto j = i + static_cast<std::size_t>(stream.Below(group_of.size() - i));
      std::swap(group_of[i], group_of[j]);
      ++drawn[group_of[i]].k;
    }
    if (LargestMinusSmallest(drawn) >= observed) ++exceeded;
  }
  return static_cast<double>(1 + exceeded) / static_cast<double>(1 + options.replicates);
}

}  // namespace cupel::stats
