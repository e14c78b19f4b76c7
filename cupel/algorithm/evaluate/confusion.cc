// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/confusion.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/base/error.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {

std::int64_t Confusion::Samples() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::int64_t Confusion::Correct() const {
  std::int64_t sum = 0;
  for (std::int64_t label = 0; label < c; ++label) sum += At(label, label);
  return sum;
}

std::int64_t Confusion::TrueCount(std::int64_t label) const {
  std::int64_t sum = 0;
  for (std::int64_t predicted = 0; predicted < c; ++predicted) sum += At(label, predicted);
  return sum;
}

std::int64_t Confusion::PredictedCount(std::int64_t label) const {
  std::int64_t sum = 0;
  for (std::int64_t truth = 0; truth < c; ++truth) sum += At(truth, label);
  return sum;
}

Confusion CountConfusion(const data::dataset::Predictions& predictions) {
  Confusion confusion;
  confusion.c = predictions.c;
  confusion.counts.resize(static_cast<std::size_t>(predictions.c * predictions.c));
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const std::int64_t label = predictions.labels[static_cast<std::size_t>(i)];
    CUPEL_CHECK(label >= 0 && label < predictions.c);
    ++confusion.counts[static_cast<std::size_t>(label * predictions.c + predictions.Predicted(i))];
  }
  return confusion;
}

BalancedAccuracy BalancedAccuracyOf(const Confusion& confusion, double level) {
  BalancedAccuracy balanced;
  double below = 0;
  double above = 0;
  for (std::int64_t label = 0; label < confusion.c; ++label) {
    const std::int64_t n = confusion.TrueCount(label);
    if (n == 0) continue;
    const std::int64_t k = confusion.At(label, label);
    const double recall = static_cast<double>(k) / static_cast<double>(n);
    const stats::Interval interval = stats::Wilson(k, n, level);
    balanced.value += recall;
    below += std::pow(recall - interval.low, 2);
    above += std::pow(interval.high - recall, 2);
    ++balanced.classes;
  }
  CUPEL_CHECK(balanced.classes > 0);
  const double classes = static_cast<double>(balanced.classes);
  balanced.value /= classes;
  balanced.interval = {std::max(0.0, balanced.value - std::sqrt(below) / classes),
                       std::min(1.0, balanced.value + std::sqrt(above) / classes), level, "mover-wilson"};
  return balanced;
}

}  // namespace cupel::algorithm::evaluate
