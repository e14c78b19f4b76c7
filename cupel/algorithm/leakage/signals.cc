// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/signals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/error.h"

namespace cupel::algorithm::leakage {
namespace {

double LogOdds(std::span<const float> logits, std::size_t label) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < logits.size(); ++j) {
    if (j != label) largest = std::max<double>(largest, logits[j]);
  }
  double sum = 0;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    if (j != label) sum += std::exp(logits[j] - largest);
  }
  return logits[label] - (largest + std::log(sum));
}

// log(1 + exp(x)) without overflow.
double Softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

}  // namespace

double Probability(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

Signals SignalsOf(std::span<const float> logits, std::int32_t label) {
  CUPEL_CHECK(logits.size() >= 2 && label >= 0 && static_cast<std::size_t>(label) < logits.size());
  const auto y = static_cast<std::size_t>(label);
  const auto top = static_cast<std::size_t>(std::ranges::max_element(logits) - logits.begin());
  const double top_odds = LogOdds(logits, top);
  const double top_prob = Probability(top_odds);
  Signals signals;
  signals.log_odds = LogOdds(logits, y);
  signals.loss = Softplus(-signals.log_odds);
  signals.largest_prob = top_prob;
  signals.modified_entropy = Probability(-signals.log_odds) * signals.loss;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    if (j == y) continue;
    const double p = top_prob * std::exp(double{logits[j]} - logits[top]);
    // All but the largest are at most 1/2, where log(1 - p) has no trouble.
    signals.modified_entropy += p * (j == top ? Softplus(top_odds) : -std::log1p(-p));
  }
  return signals;
}

}  // namespace cupel::algorithm::leakage
