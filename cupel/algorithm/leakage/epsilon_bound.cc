// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/epsilon_bound.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::leakage {
namespace {

constexpr int kBisections = 50;

}  // namespace

double OneRunPValue(std::int64_t m, std::int64_t r, std::int64_t v, double epsilon, double delta) {
  CUPEL_CHECK(0 <= v && v <= r && r <= m && epsilon >= 0 && delta >= 0 && delta <= 1);
  const double accuracy = 1 / (1 + std::exp(-epsilon));
  const double beta = stats::BinomialUpperTail(v, r, accuracy);
  if (delta == 0) return beta;
  // max over i of (f(v - i) - f(v)) / i, where f is the upper tail.
  double alpha = 0;
  double sum = 0;
  for (std::int64_t i = 1; i <= v; ++i) {
    sum += stats::BinomialPmf(v - i, r, accuracy);
    alpha = std::max(alpha, sum / static_cast<double>(i));
  }
  return std::min(1.0, beta + 2 * static_cast<double>(m) * delta * alpha);
}

double OneRunEpsilon(std::int64_t m, std::int64_t r, std::int64_t v, double delta, double level) {
  const auto refuted = [&](double epsilon) { return OneRunPValue(m, r, v, epsilon, delta) < 1 - level; };
  if (!refuted(0)) return 0;
  double low = 0;
  double high = 1;
  while (refuted(high)) high *= 2;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (refuted(middle) ? low : high) = middle;
  }
  return low;
}

double RatesEpsilon(std::int64_t true_positives, std::int64_t members, std::int64_t false_positives,
                    std::int64_t others, double delta, double level) {
  const double tpr = stats::ClopperPearson(true_positives, members, level).low;
  const double fpr = stats::ClopperPearson(false_positives, others, level).high;
  double epsilon = 0;
  if (fpr > 0 && tpr > delta) epsilon = std::max(epsilon, std::log((tpr - delta) / fpr));
  if (tpr < 1 && 1 - fpr > delta) epsilon = std::max(epsilon, std::log((1 - fpr - delta) / (1 - tpr)));
  return epsilon;
}

}  // namespace cupel::algorithm::leakage
