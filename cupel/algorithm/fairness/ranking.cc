// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/ranking.h"

#include <cmath>
#include <limits>

#include "cupel/base/error.h"

namespace cupel::algorithm::fairness {
namespace {

template <typename PositiveGroup, typename NegativeGroup>
std::optional<stats::Auc> AreaBetween(const Scored& samples, double level, PositiveGroup is_positive_group,
                                      NegativeGroup is_negative_group) {
  CUPEL_CHECK(samples.scores.size() == samples.outcomes.size());
  CUPEL_CHECK(samples.scores.size() == samples.group_of.size());
  std::vector<double> positives;
  std::vector<double> negatives;
  for (std::size_t i = 0; i < samples.scores.size(); ++i) {
    const std::int32_t group = samples.group_of[i];
    if (group < 0) continue;
    if ((samples.outcomes[i] & 2) != 0) {
      if (is_positive_group(group)) positives.push_back(samples.scores[i]);
    } else if (is_negative_group(group)) {
      negatives.push_back(samples.scores[i]);
    }
  }
  if (positives.empty() || negatives.empty()) return std::nullopt;
  return stats::DeLongAuc(positives, negatives, level);
}

double Discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 1); }

}  // namespace

std::optional<stats::Auc> SubgroupAuc(const Scored& samples, std::int32_t group, double level) {
  return CrossAuc(samples, group, group, level);
}

std::optional<stats::Auc> BpsnAuc(const Scored& samples, std::int32_t group, double level) {
  return AreaBetween(
      samples, level, [&](std::int32_t g) { return g != group; }, [&](std::int32_t g) { return g == group; });
}

std::optional<stats::Auc> BnspAuc(const Scored& samples, std::int32_t group, double level) {
  return AreaBetween(
      samples, level, [&](std::int32_t g) { return g == group; }, [&](std::int32_t g) { return g != group; });
}

std::optional<stats::Auc> CrossAuc(const Scored& samples, std::int32_t positives, std::int32_t negatives,
                                   double level) {
  return AreaBetween(
      samples, level, [&](std::int32_t g) { return g == positives; },
      [&](std::int32_t g) { return g == negatives; });
}

double PowerMean(std::span<const double> values, double power) {
  CUPEL_CHECK(!values.empty() && power != 0);
  double sum = 0;
  for (const double value : values) {
    CUPEL_CHECK(value > 0);
    sum += std::pow(value, power);
  }
  return std::pow(sum / static_cast<double>(values.size()), 1 / power);
}

double SkewAt(std::span<const std::int32_t> ranking, std::int32_t group, std::size_t k, double target) {
  CUPEL_CHECK(k > 0 && k <= ranking.size() && target > 0 && target <= 1);
  std::size_t count = 0;
  for (const std::int32_t g : ranking.first(k)) count += g == group ? 1 : 0;
  return std::log(static_cast<double>(count) / static_cast<double>(k) / target);
}

double Ndkl(std::span<const std::int32_t> ranking, std::span<const double> targets) {
  CUPEL_CHECK(!ranking.empty());
  for (const double target : targets) CUPEL_CHECK(target > 0);
  std::vector<double> counts(targets.size());
  double sum = 0;
  double scale = 0;
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    counts[static_cast<std::size_t>(ranking[i])] += 1;
    const auto places = static_cast<double>(i + 1);
    double divergence = 0;
    for (std::size_t g = 0; g < targets.size(); ++g) {
      const double share = counts[g] / places;
      if (share > 0) divergence += share * std::log(share / targets[g]);
    }
    sum += Discount(i + 1) * divergence;
    scale += Discount(i + 1);
  }
  return sum / scale;
}

std::vector<double> MeanExposure(std::span<const std::int32_t> ranking, std::size_t groups) {
  std::vector<double> exposure(groups);
  std::vector<double> counts(groups);
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const auto group = static_cast<std::size_t>(ranking[i]);
    exposure[group] += Discount(i + 1);
    counts[group] += 1;
  }
  for (std::size_t g = 0; g < groups; ++g) {
    exposure[g] = counts[g] > 0 ? exposure[g] / counts[g] : std::numeric_limits<double>::quiet_NaN();
  }
  return exposure;
}

}  // namespace cupel::algorithm::fairness
