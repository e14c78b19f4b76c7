// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/error_rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "cupel/algorithm/scheme/figure.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/stats/beta_binomial.h"
#include "cupel/stats/proportion.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::biometric {

check::Metric RateMetric(std::string name, const Trials& trials, const scheme::Options& options) {
  const auto n = static_cast<std::int64_t>(trials.errors.size());
  const std::int64_t k = std::accumulate(trials.errors.begin(), trials.errors.end(), std::int64_t{0});
  check::Metric metric = scheme::Share(std::move(name), k, n, options);
  const std::int32_t last = *std::ranges::max_element(trials.subjects);
  if (last < 0) return metric;
  // A trial without a subject is a subject of its own.
  std::vector<stats::GroupCount> subjects(static_cast<std::size_t>(last) + 1);
  for (std::size_t i = 0; i < trials.errors.size(); ++i) {
    if (trials.subjects[i] < 0) {
      subjects.push_back({trials.errors[i], 1});
    } else {
      stats::GroupCount& subject = subjects[static_cast<std::size_t>(trials.subjects[i])];
      subject.k += trials.errors[i];
      ++subject.n;
    }
  }
  std::erase_if(subjects, [](const stats::GroupCount& subject) { return subject.n == 0; });
  metric.interval = stats::BetaBinomial(subjects, options.level).interval;
  return metric;
}

void NoteSmallSample(const check::Metric& metric, std::vector<check::Text>& notes) {
  const std::int64_t k = metric.count.value_or(0);
  if (k >= stats::kRuleOf30Errors) return;
  const double bound = stats::UpperErrorBound(k, metric.n, 0.95);
  notes.push_back(
      {fmt::format("{}: {} errors in {} trials, fewer than the 30 that give +-30 % (rule of 30); independent "
                   "trials would support a claim of {:.3g} at 95 %",
                   metric.name, k, metric.n, bound),
       fmt::format(
           "{}：{} 次试验中有 {} 次错误，少于达到 正负 30 % 所需的 30 次（30 法则）；若各次试验独立，95 % "
           "置信下可支持的声明为 {:.3g}",
           metric.name, metric.n, k, bound)});
}

std::int64_t Allowed(std::int64_t n, double rate) {
  CUPEL_CHECK(rate >= 0 && rate <= 1);
  const auto fits = [&](std::int64_t k) { return static_cast<double>(k) / static_cast<double>(n) <= rate; };
  auto k = static_cast<std::int64_t>(std::floor(rate * static_cast<double>(n)));
  while (k > 0 && !fits(k)) --k;
  while (k < n && fits(k + 1)) ++k;
  return k;
}

double ThresholdAtRate(std::span<const double> scores, double rate) {
  const std::int64_t allowed = Allowed(static_cast<std::int64_t>(scores.size()), rate);
  if (allowed >= static_cast<std::int64_t>(scores.size())) return -std::numeric_limits<double>::infinity();
  std::vector<double> sorted(scores.begin(), scores.end());
  const auto at = sorted.begin() + allowed;
  std::ranges::nth_element(sorted, at, std::greater<>());
  return std::nextafter(*at, std::numeric_limits<double>::infinity());
}

std::vector<DetPoint> DetCurve(std::span<const double> mated, std::span<const double> non_mated) {
  std::vector<DetPoint> curve;
  for (const stats::RocPoint& point : stats::RocCurve(mated, non_mated)) {
    curve.push_back({point.threshold, point.fpr, 1 - point.tpr});
  }
  return curve;
}

EqualErrorRate EerOf(std::span<const double> mated, std::span<const double> non_mated) {
  const std::vector<DetPoint> curve = DetCurve(mated, non_mated);
  // FNMR - FMR falls from 1 to -1.
  const auto crossing = std::ranges::find_if(curve, [](const DetPoint& p) { return p.fnmr - p.fmr <= 0; });
  const DetPoint& after = *crossing;
  const DetPoint& before = *(crossing - 1);
  const double gap_before = before.fnmr - before.fmr;
  const double gap_after = after.fnmr - after.fmr;
  const double part = gap_before / (gap_before - gap_after);
  return {before.fmr + part * (after.fmr - before.fmr), after.threshold};
}

Json DetFigure(std::span<const DetPoint> curve) {
  std::vector<double> x;
  std::vector<double> y;
  for (const DetPoint& point : curve) {
    x.push_back(point.fmr);
    y.push_back(point.fnmr);
  }
  return scheme::CurveFigure({"Detection error trade-off", "检测错误权衡曲线"}, {"FMR", true}, {"FNMR", true},
                             "DET", x, y);
}

}  // namespace cupel::algorithm::biometric
