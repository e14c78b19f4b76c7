// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/differentials.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/bootstrap.h"
#include "cupel/stats/distribution.h"

namespace cupel::algorithm::fairness {
namespace {

std::vector<double> Smoothed(std::span<const stats::GroupCount> counts) {
  std::vector<double> rates;
  for (const stats::GroupCount& count : counts) rates.push_back(SmoothedRate(count));
  return rates;
}

double MaxOverMin(std::span<const double> values) {
  const auto [low, high] = std::ranges::minmax(values);
  return high / low;
}

double MaxMinusMin(std::span<const double> values) {
  const auto [low, high] = std::ranges::minmax(values);
  return high - low;
}

}  // namespace

Redraw::Redraw(std::span<const stats::GroupCount> counts) : counts_(counts.begin(), counts.end()) {
  for (const stats::GroupCount& count : counts_) samplers_.emplace_back(count.n, SmoothedRate(count));
}

std::span<const stats::GroupCount> Redraw::Draw(ReproducibleStream& stream) {
  for (std::size_t g = 0; g < counts_.size(); ++g) counts_[g].k = samplers_[g].Draw(stream);
  return counts_;
}

stats::Interval RedrawnInterval(std::vector<double> replicates, double estimate, double level) {
  stats::Interval interval = stats::PercentileInterval(std::move(replicates), level);
  interval.low = std::min(interval.low, estimate);
  interval.high = std::max(interval.high, estimate);
  interval.method = "parametric-bootstrap";
  return interval;
}

double SmoothedRate(stats::GroupCount count) {
  return (static_cast<double>(count.k) + 0.5) / (static_cast<double>(count.n) + 1);
}

double InequityRate(std::span<const double> fmr, std::span<const double> fnmr, DifferentialWeights weights) {
  return std::pow(MaxOverMin(fmr), weights.match) * std::pow(MaxOverMin(fnmr), weights.non_match);
}

double FairnessDiscrepancyRate(std::span<const double> fmr, std::span<const double> fnmr,
                               DifferentialWeights weights) {
  return 1 - (weights.match * MaxMinusMin(fmr) + weights.non_match * MaxMinusMin(fnmr));
}

double GiniCoefficient(std::span<const double> values) {
  CUPEL_CHECK(values.size() >= 2);
  const auto g = static_cast<double>(values.size());
  double sum = 0;
  double differences = 0;
  for (const double a : values) {
    sum += a;
    for (const double b : values) differences += std::abs(a - b);
  }
  CUPEL_CHECK(sum > 0);
  return g / (g - 1) * differences / (2 * g * g * (sum / g));
}

double Garbe(std::span<const double> fmr, std::span<const double> fnmr, DifferentialWeights weights) {
  return weights.match * GiniCoefficient(fmr) + weights.non_match * GiniCoefficient(fnmr);
}

double MaxOverGeometricMean(std::span<const double> values) {
  CUPEL_CHECK(!values.empty());
  double logs = 0;
  for (const double value : values) logs += std::log(value);
  return *std::ranges::max_element(values) / std::exp(logs / static_cast<double>(values.size()));
}

Differentials DifferentialsOf(std::span<const stats::GroupCount> false_matches,
                              std::span<const stats::GroupCount> false_non_matches,
                              DifferentialWeights weights) {
  CUPEL_CHECK(false_matches.size() >= 2 && false_matches.size() == false_non_matches.size());
  const std::vector<double> fmr = Smoothed(false_matches);
  const std::vector<double> fnmr = Smoothed(false_non_matches);
  return {InequityRate(fmr, fnmr, weights), FairnessDiscrepancyRate(fmr, fnmr, weights),
          Garbe(fmr, fnmr, weights), MaxOverGeometricMean(fmr), MaxOverGeometricMean(fnmr)};
}

DifferentialIntervals IntervalsOf(std::span<const stats::GroupCount> false_matches,
                                  std::span<const stats::GroupCount> false_non_matches,
                                  DifferentialWeights weights, const stats::GapOptions& options) {
  CUPEL_CHECK(options.replicates > 0);
  const Differentials own = DifferentialsOf(false_matches, false_non_matches, weights);
  Redraw matches(false_matches);
  Redraw non_matches(false_non_matches);
  std::vector<double> inequity, discrepancy, garbe, fmr, fnmr;
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    const auto drawn_matches = matches.Draw(stream);
    const Differentials drawn = DifferentialsOf(drawn_matches, non_matches.Draw(stream), weights);
    inequity.push_back(drawn.inequity);
    discrepancy.push_back(drawn.discrepancy);
    garbe.push_back(drawn.garbe);
    fmr.push_back(drawn.fmr_max_over_mean);
    fnmr.push_back(drawn.fnmr_max_over_mean);
  }
  const double level = options.level;
  return {RedrawnInterval(std::move(inequity), own.inequity, level),
          RedrawnInterval(std::move(discrepancy), own.discrepancy, level),
          RedrawnInterval(std::move(garbe), own.garbe, level),
          RedrawnInterval(std::move(fmr), own.fmr_max_over_mean, level),
          RedrawnInterval(std::move(fnmr), own.fnmr_max_over_mean, level)};
}

}  // namespace cupel::algorithm::fairness
