// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/leak_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/leakage/epsilon_bound.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Metric;
using check::Text;

constexpr double kLevel = 0.95;
constexpr std::array<double, 2> kRates = {0.01, 0.001};
// Below this many expected false positives a threshold is set by single samples.
constexpr double kFewFalsePositives = 10;
constexpr int kCurvePoints = 200;
constexpr std::array<double, 7> kGuessShares = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

Text SupportNote(double rate, std::size_t non_members) {
  const auto needed = static_cast<std::int64_t>(std::ceil(kFewFalsePositives / rate));
  return {
      fmt::format(
          "{} non-members cannot support a claim at a false-positive rate of {:g} %: at least {} are needed.",
          non_members, rate * 100, needed),
      fmt::format("{} 个非成员样本不足以支持误报率为 {:g} % 的结论：至少需要 {} 个。", non_members,
                  rate * 100, needed)};
}

bool Supports(const AttackScores& scores, double rate) {
  return static_cast<double>(scores.others.size()) * rate >= kFewFalsePositives * (1 - 1e-12);
}

Metric Area(const AttackScores& scores, std::string name) {
  const stats::Auc auc = stats::DeLongAuc(scores.members, scores.others, kLevel);
  return {.name = std::move(name),
          .value = auc.value,
          .interval = auc.interval,
          .n = static_cast<std::int64_t>(scores.members.size() + scores.others.size())};
}

Metric Found(const AttackScores& scores, const std::vector<stats::RocPoint>& curve, double rate,
             std::string name) {
  const auto size = static_cast<std::int64_t>(scores.members.size());
  if (!Supports(scores, rate)) {
    return {.name = std::move(name), .value = std::numeric_limits<double>::quiet_NaN(), .n = size};
  }
  const stats::RocPoint point = stats::AtFpr(curve, rate);
  return {.name = std::move(name),
          .value = point.tpr,
          .interval = stats::ClopperPearson(point.true_positives, size, kLevel),
          .n = size,
          .count = point.true_positives};
}

AttackScores PairsOf(const AttackScores& scores) {
  AttackScores pairs = scores;
  const std::size_t n = std::min(scores.members.size(), scores.others.size());
  pairs.members.resize(n);
  pairs.others.resize(n);
  return pairs;
}

// The pairs in two halves at random: thresholds are chosen on the first.
struct Halves {
  AttackScores choose;
  AttackScores measure;
};

Halves Split(const AttackScores& scores, const LeakOptions& options) {
  ReproducibleStream stream(options.seed, options.stream + ".halves");
  const std::vector<std::int64_t> order =
      stream.Permutation(static_cast<std::int64_t>(scores.members.size()));
  Halves halves;
  for (std::size_t i = 0; i < order.size(); ++i) {
    AttackScores& half = i < order.size() / 2 ? halves.choose : halves.measure;
    half.members.push_back(scores.members[static_cast<std::size_t>(order[i])]);
    half.others.push_back(scores.others[static_cast<std::size_t>(order[i])]);
  }
  return halves;
}

std::int64_t CountFrom(const std::vector<double>& scores, double threshold) {
  return std::ranges::count_if(scores, [threshold](double score) { return score >= threshold; });
}

Metric BalancedAccuracy(const Halves& halves) {
  const auto n = static_cast<std::int64_t>(halves.measure.members.size());
  Metric metric{.name = "balanced_accuracy", .n = 2 * n};
  if (halves.choose.members.empty()) {
    metric.value = std::numeric_limits<double>::quiet_NaN();
    return metric;
  }
  const std::vector<stats::RocPoint> curve = stats::RocCurve(halves.choose.members, halves.choose.others);
  const auto best =
      std::ranges::max_element(curve, {}, [](const stats::RocPoint& point) { return point.tpr - point.fpr; });
  const std::int64_t tp = CountFrom(halves.measure.members, best->threshold);
  const std::int64_t fp = CountFrom(halves.measure.others, best->threshold);
  metric.value = 0.5 + 0.5 * static_cast<double>(tp - fp) / static_cast<double>(n);
  stats::Interval interval = stats::NewcombeDifference(tp, n, fp, n, kLevel);
  interval.low = 0.5 + interval.low / 2;
  interval.high = 0.5 + interval.high / 2;
  metric.interval = std::move(interval);
  return metric;
}

// Whether the larger score of each pair is the member's, most confident pair first. Equal scores: a coin.
std::vector<bool> Guesses(const AttackScores& scores, const LeakOptions& options) {
  std::vector<std::size_t> order(scores.members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto lead = [&](std::size_t i) {
    // Infinite scores of both sides are equal; of one side, as sure as can be.
    return scores.members[i] == scores.others[i] ? 0 : scores.members[i] - scores.others[i];
  };
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return std::abs(lead(a)) > std::abs(lead(b)); });
  std::vector<bool> right;
  for (const std::size_t i : order) {
    ReproducibleStream coin(options.seed, options.stream + ".coin", i);
    right.push_back(lead(i) > 0 || (lead(i) == 0 && coin.Below(2) == 1));
  }
  return right;
}

double EpsilonOfGuesses(const std::vector<bool>& right, double delta) {
  const auto m = static_cast<std::int64_t>(right.size());
  const double level = 1 - (1 - kLevel) / static_cast<double>(kGuessShares.size());
  double epsilon = 0;
  for (const double share : kGuessShares) {
    const auto r = std::max<std::int64_t>(1, std::llround(share * static_cast<double>(m)));
    const std::int64_t v = std::count(right.begin(), right.begin() + r, true);
    epsilon = std::max(epsilon, OneRunEpsilon(m, r, v, delta, level));
  }
  return epsilon;
}

double EpsilonOfRates(const Halves& halves, double delta) {
  if (halves.choose.members.empty()) return 0;
  const auto bound = [&](const AttackScores& half, double threshold) {
    return RatesEpsilon(CountFrom(half.members, threshold), static_cast<std::int64_t>(half.members.size()),
                        CountFrom(half.others, threshold), static_cast<std::int64_t>(half.others.size()),
                        delta, kLevel);
  };
  double threshold = std::numeric_limits<double>::infinity();
  double best = -1;
  const std::vector<stats::RocPoint> curve = stats::RocCurve(halves.choose.members, halves.choose.others);
  for (const stats::RocPoint& point : stats::Thinned(curve, kCurvePoints)) {
    const double epsilon = bound(halves.choose, point.threshold);
    if (epsilon > best) best = epsilon, threshold = point.threshold;
  }
  return bound(halves.measure, threshold);
}

Json Series(const NamedScores& attack) {
  const std::vector<stats::RocPoint> curve = stats::RocCurve(attack.scores->members, attack.scores->others);
  Json series;
  series["name"] = ToJson(attack.name);
  const double smallest = 1.0 / static_cast<double>(attack.scores->others.size());
  double last = -1;
  for (int i = 0; i < kCurvePoints; ++i) {
    const double rate = std::min(1.0, std::pow(smallest, 1.0 - i / (kCurvePoints - 1.0)));
    const stats::RocPoint point = stats::AtFpr(curve, rate);
    if (point.fpr <= last) continue;
    last = point.fpr;
    series["x"].Append(point.fpr);
    series["y"].Append(point.tpr);
  }
  return series;
}

}  // namespace

std::vector<check::MetricSpec> LeakMetrics() {
  return {
      {"auc", {"Area under the ROC curve", "ROC 曲线下面积"}, "", false},
      {"tpr_at_fpr_0.01",
       {"Members found at 1 % false positives", "误报率 1 % 时识别出的成员比例"},
       "",
       false},
      {"tpr_at_fpr_0.001",
       {"Members found at 0.1 % false positives", "误报率 0.1 % 时识别出的成员比例"},
       "",
       false},
      {"balanced_accuracy", {"Balanced accuracy", "平衡准确率"}, "", false},
      {"epsilon_lower_bound",
       {"Smallest epsilon the attack allows (one-run audit)", "攻击所允许的最小 epsilon（单次训练审计）"},
       "epsilon",
       false},
      {"epsilon_from_rates",
       {"The same from true and false positives", "由识别率与误报率得到的最小 epsilon"},
       "epsilon",
       false},
  };
}

check::ParameterSpec DeltaSpec() {
  check::ParameterSpec spec;
  spec.name = "delta";
  spec.type = check::ParameterType::kReal;
  spec.fallback = 0.0;
  spec.high = 0.1;
  spec.meaning = {"Delta of the (epsilon, delta) that the audit bounds",
                  "审计所约束的 (epsilon, delta) 中的 delta"};
  return spec;
}

void AddLeakMetrics(const AttackScores& scores, const LeakOptions& options, check::CheckResult& result) {
  CUPEL_CHECK(!scores.members.empty() && !scores.others.empty());
  result.metrics.push_back(Area(scores, "auc"));
  const std::vector<stats::RocPoint> curve = stats::RocCurve(scores.members, scores.others);
  for (const double rate : kRates) {
    result.metrics.push_back(Found(scores, curve, rate, fmt::format("tpr_at_fpr_{:g}", rate)));
    if (!Supports(scores, rate)) result.notes.push_back(SupportNote(rate, scores.others.size()));
  }
  const AttackScores pairs = PairsOf(scores);
  const Halves halves = Split(pairs, options);
  result.metrics.push_back(BalancedAccuracy(halves));
  // A bound carries its confidence in itself and has no interval.
  result.metrics.push_back({.name = "epsilon_lower_bound",
                            .value = EpsilonOfGuesses(Guesses(pairs, options), options.delta),
                            .n = static_cast<std::int64_t>(pairs.members.size())});
  result.metrics.push_back({.name = "epsilon_from_rates",
                            .value = EpsilonOfRates(halves, options.delta),
                            .n = static_cast<std::int64_t>(halves.measure.members.size())});
}

void AddFurtherAttack(const AttackScores& scores, std::string_view name, check::CheckResult& result) {
  const std::vector<stats::RocPoint> curve = stats::RocCurve(scores.members, scores.others);
  result.metrics.push_back(Area(scores, fmt::format("auc.{}", name)));
  for (const double rate : kRates)
    result.metrics.push_back(Found(scores, curve, rate, fmt::format("tpr_at_fpr_{:g}.{}", rate, name)));
}

Json RocFigure(const std::vector<NamedScores>& attacks) {
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"Members found against false alarms", "成员识别率与误报率"});
  double smallest = 0.1;
  for (const NamedScores& attack : attacks) {
    figure["series"].Append(Series(attack));
    smallest = std::min(smallest, 1.0 / static_cast<double>(attack.scores->others.size()));
  }
  figure["xLabel"] = ToJson(Text{"false-positive rate", "误报率"});
  figure["yLabel"] = ToJson(Text{"true-positive rate", "识别率"});
  figure["xLog"] = true;
  figure["yLog"] = true;
  figure["xMin"] = smallest;
  figure["yMin"] = smallest;
  figure["xMax"] = 1;
  figure["yMax"] = 1;
  figure["diagonal"] = true;
  return figure;
}

}  // namespace cupel::algorithm::leakage
