// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/roc.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/ranks.h"

namespace cupel::stats {
namespace {

/// Unbiased variance; 0 for a single value.
double Variance(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / (count - 1);
}

/// The structural components of DeLong: for each own value, the share of the other class on its side.
std::vector<double> Components(std::span<const double> own, std::span<const double> joint_ranks,
                               double others) {
  const std::vector<double> own_ranks = Midranks(own);
  std::vector<double> components(own.size());
  for (std::size_t i = 0; i < own.size(); ++i) components[i] = (joint_ranks[i] - own_ranks[i]) / others;
  return components;
}

Interval PairsInterval(double auc, double pairs, double level) {
  // min(m, n) disjoint pairs are independent trials with success probability AUC, a tie counting one half.
  const double successes = auc * pairs;
  const double tail = (1 - level) / 2;
  const double low = successes <= 0 ? 0 : BetaQuantile(successes, pairs - successes + 1, tail);
  const double high = successes >= pairs ? 1 : BetaQuantile(successes + 1, pairs - successes, 1 - tail);
  return {low, high, level, "clopper-pearson-pairs"};
}

void CheckScores(std::span<const double> positives, std::span<const double> negatives) {
  CUPEL_CHECK(!positives.empty() && !negatives.empty());
  const auto is_nan = [](double value) { return std::isnan(value); };
  CUPEL_CHECK(std::ranges::none_of(positives, is_nan) && std::ranges::none_of(negatives, is_nan));
}

struct Structure {
  std::vector<double> v10;  ///< For each positive, the share of negatives below it.
  std::vector<double> v01;  ///< For each negative, the share of positives below it.
};

/// For a negative the component is one minus the textbook's, with equal variance.
Structure ComponentsOf(std::span<const double> positives, std::span<const double> negatives) {
  CheckScores(positives, negatives);
  std::vector<double> joint(positives.begin(), positives.end());
  joint.insert(joint.end(), negatives.begin(), negatives.end());
  const std::vector<double> ranks = Midranks(joint);
  const std::span<const double> all(ranks);
  return {Components(positives, all.first(positives.size()), static_cast<double>(negatives.size())),
          Components(negatives, all.subspan(positives.size()), static_cast<double>(positives.size()))};
}

/// The interval of a value and a variance.
Auc WithInterval(double value, double variance, double pairs, double level) {
  Auc auc{.value = value, .variance = variance, .interval = {}};
  if (variance > 0) {
    const double reach = TwoSidedZ(level) * std::sqrt(variance);
    auc.interval = {std::max(0.0, value - reach), std::min(1.0, value + reach), level, "delong"};
  } else {
    auc.interval = PairsInterval(value, pairs, level);
  }
  return auc;
}

Auc AucOf(const Structure& structure, double level) {
  const auto m = static_cast<double>(structure.v10.size());
  const auto n = static_cast<double>(structure.v01.size());
  return WithInterval(std::accumulate(structure.v10.begin(), structure.v10.end(), 0.0) / m,
                      Variance(structure.v10) / m + Variance(structure.v01) / n, std::min(m, n), level);
}

std::vector<double> Minus(std::span<const double> a, std::span<const double> b) {
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return difference;
}

}  // namespace

Auc DeLongAuc(std::span<const double> positives, std::span<const double> negatives, double level) {
  return AucOf(ComponentsOf(positives, negatives), level);
}

Auc DeLongAuc(std::span<const ScoreGroup> groups, double level) {
  double m = 0;
  double n = 0;
  double wins = 0;  // Pairs in which the positive is higher, a tie counting one half.
  for (const ScoreGroup& group : groups) {
    wins += group.negative * (m + group.positive / 2);
    m += group.positive;
    n += group.negative;
  }
  CUPEL_CHECK(m > 0 && n > 0);
  const double value = wins / (m * n);
  double of_positives = 0;  // Squared distances of the components from their mean.
  double of_negatives = 0;
  double above = 0;
  double below = n;
  for (const ScoreGroup& group : groups) {
    below -= group.negative;
    const double v10 = (below + group.negative / 2) / n - value;
    const double v01 = (above + group.positive / 2) / m - value;
    above += group.positive;
    of_positives += group.positive * v10 * v10;
    of_negatives += group.negative * v01 * v01;
  }
  double variance = (m > 1 ? of_positives / (m - 1) / m : 0) + (n > 1 ? of_negatives / (n - 1) / n : 0);
  // Equal components leave the rounding of their mean behind, squares of about 1e-16.
  if (variance < 1e-30) variance = 0;
  return WithInterval(value, variance, std::min(m, n), level);
}

AucDifference DeLongDifference(const PairedScores& first, const PairedScores& second, double level) {
  CUPEL_CHECK(first.positives.size() == second.positives.size() &&
              first.negatives.size() == second.negatives.size());
  const Structure a = ComponentsOf(first.positives, first.negatives);
  const Structure b = ComponentsOf(second.positives, second.negatives);
  AucDifference result;
  result.first = AucOf(a, level);
  result.second = AucOf(b, level);
  result.difference = result.first.value - result.second.value;
  // The variance of the difference of the components: no cancellation of variances and covariance.
  result.variance = Variance(Minus(a.v10, b.v10)) / static_cast<double>(a.v10.size()) +
                    Variance(Minus(a.v01, b.v01)) / static_cast<double>(a.v01.size());
  if (result.variance > 0) {
    const double deviation = std::sqrt(result.variance);
    const double reach = TwoSidedZ(level) * deviation;
    result.z = result.difference / deviation;
    result.p_value = 2 * NormalCdf(-std::abs(result.z));
    result.interval = Interval{std::max(-1.0, result.difference - reach),
                               std::min(1.0, result.difference + reach), level, "delong-paired"};
  }
  return result;
}

std::vector<RocPoint> RocCurve(std::span<const double> positives, std::span<const double> negatives) {
  CheckScores(positives, negatives);
  std::vector<double> up(positives.begin(), positives.end());
  std::vector<double> down(negatives.begin(), negatives.end());
  std::ranges::sort(up, std::greater<>());
  std::ranges::sort(down, std::greater<>());
  std::vector<RocPoint> curve{{.threshold = std::numeric_limits<double>::infinity()}};
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < up.size() || j < down.size()) {
    double threshold = -std::numeric_limits<double>::infinity();
    if (i < up.size()) threshold = std::max(threshold, up[i]);
    if (j < down.size()) threshold = std::max(threshold, down[j]);
    while (i < up.size() && up[i] == threshold) ++i;
    while (j < down.size() && down[j] == threshold) ++j;
    curve.push_back({threshold, static_cast<std::int64_t>(i), static_cast<std::int64_t>(j),
                     static_cast<double>(i) / static_cast<double>(up.size()),
                     static_cast<double>(j) / static_cast<double>(down.size())});
  }
  return curve;
}

RocPoint AtFpr(std::span<const RocPoint> curve, double max_fpr) {
  CUPEL_CHECK(!curve.empty());
  RocPoint best = curve.front();
  for (const RocPoint& point : curve) {
    if (point.fpr <= max_fpr) best = point;
  }
  return best;
}

std::vector<RocPoint> Thinned(std::span<const RocPoint> curve, std::size_t max_points) {
  CUPEL_CHECK(max_points >= 2);
  if (curve.size() <= max_points) return {curve.begin(), curve.end()};
  // tpr + fpr rises from 0 to 2 along the curve: the length of its staircase.
  std::vector<RocPoint> kept{curve.front()};
  const double step = 2.0 / static_cast<double>(max_points - 1);
  for (const RocPoint& point : curve.subspan(1, curve.size() - 2)) {
    if (point.tpr + point.fpr >= kept.back().tpr + kept.back().fpr + step) kept.push_back(point);
  }
  if (kept.size() == max_points) kept.pop_back();
  kept.push_back(curve.back());
  return kept;
}

}  // namespace cupel::stats
