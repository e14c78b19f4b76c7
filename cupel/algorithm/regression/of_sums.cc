// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/regression/of_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::regression {
namespace {

constexpr std::size_t kMaxGroups = 10000;

std::size_t UnitsOf(const Targets& targets) {
  if (targets.unit.empty()) return std::min(targets.truth.size(), kMaxGroups);
  return static_cast<std::size_t>(*std::ranges::max_element(targets.unit)) + 1;
}

}  // namespace

Result<scheme::Evaluation> EvaluateSums(const Targets& targets, const OfSums& figure, std::string_view stream,
                                        std::string_view why, const scheme::Options& options) {
  const std::size_t units = UnitsOf(targets);
  const std::size_t width = figure.terms + 1;
  std::vector<double> sums(units * width);
  std::vector<double> terms(figure.terms);
  for (std::size_t i = 0; i < targets.truth.size(); ++i) {
    const std::size_t unit = targets.unit.empty() ? i % units : static_cast<std::size_t>(targets.unit[i]);
    const double weight = targets.WeightOf(i);
    figure.add(i, terms);
    sums[unit * width] += weight;
    for (std::size_t term = 0; term < figure.terms; ++term)
      sums[unit * width + 1 + term] += weight * terms[term];
  }
  std::vector<double> whole(width);
  for (std::size_t unit = 0; unit < units; ++unit) {
    for (std::size_t term = 0; term < width; ++term) whole[term] += sums[unit * width + term];
  }
  const double value = figure.value(whole);
  if (!std::isfinite(value)) return Fail(ErrorCode::kInvalidArgument, std::string(why));
  const stats::Bca bca = stats::BcaBootstrapOfClusters(
      sums, static_cast<std::int64_t>(width),
      [&](std::span<const double> drawn) { return figure.value(drawn); },
      {.replicates = options.replicates, .level = options.level, .seed = options.seed, .name = stream});
  scheme::Evaluation evaluation;
  check::Metric metric;
  metric.name = scheme::kValue;
  metric.value = value;
  metric.interval = bca.interval;
  metric.n = targets.size();
  evaluation.metrics.push_back(std::move(metric));
  return evaluation;
}

Status NeedPrediction(const Targets& targets) {
  if (!targets.prediction.empty()) return {};
  return Fail(ErrorCode::kInvalidArgument, "the file has no column \"prediction\"");
}

}  // namespace cupel::algorithm::regression
