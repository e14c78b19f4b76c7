// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/inequality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"

namespace cupel::algorithm::fairness {
namespace {

struct Weighted {
  double benefit = 0;
  double weight = 0;
};

double Term(double ratio, double alpha) {
  if (alpha != 1) return (std::pow(ratio, alpha) - 1) / (alpha * (alpha - 1));
  return ratio > 0 ? ratio * std::log(ratio) : 0;
}

std::optional<double> Entropy(std::span<const Weighted> values, double alpha) {
  CUPEL_CHECK(alpha != 0);
  double weight = 0;
  double sum = 0;
  for (const Weighted& value : values) {
    weight += value.weight;
    sum += value.weight * value.benefit;
  }
  if (!(sum > 0)) return std::nullopt;
  const double mean = sum / weight;
  double entropy = 0;
  for (const Weighted& value : values) entropy += value.weight / weight * Term(value.benefit / mean, alpha);
  return entropy;
}

std::array<Weighted, 3> BenefitsOf(const Cell& cell) {
  return {{{0, static_cast<double>(cell.fn)},
           {1, static_cast<double>(cell.tn + cell.tp)},
           {2, static_cast<double>(cell.fp)}}};
}

}  // namespace

double GeneralisedEntropy(std::span<const double> benefits, double alpha) {
  std::vector<Weighted> values;
  for (const double benefit : benefits) {
    CUPEL_CHECK(benefit >= 0);
    values.push_back({benefit, 1});
  }
  const std::optional<double> entropy = Entropy(values, alpha);
  CUPEL_CHECK(entropy.has_value());
  return *entropy;
}

std::optional<double> BenefitEntropy(const Cell& cell, double alpha) {
  return Entropy(BenefitsOf(cell), alpha);
}

std::optional<double> BetweenGroupEntropy(std::span<const Cell> groups, double alpha) {
  std::vector<Weighted> values;
  for (const Cell& cell : groups) {
    if (cell.n() == 0) continue;
    const double mean = 1 + static_cast<double>(cell.fp - cell.fn) / static_cast<double>(cell.n());
    values.push_back({mean, static_cast<double>(cell.n())});
  }
  return Entropy(values, alpha);
}

std::optional<Theil> TheilIndex(const Cell& cell, double level) {
  const std::optional<double> value = BenefitEntropy(cell, 1);
  if (!value) return std::nullopt;
  const std::array<Weighted, 3> values = BenefitsOf(cell);
  const auto n = static_cast<double>(cell.n());
  const auto log_term = [](double b) { return b > 0 ? b * std::log(b) : 0; };
  double mean = 0;
  double logs = 0;
  for (const auto& [benefit, weight] : values) {
    mean += benefit * weight / n;
    logs += log_term(benefit) * weight / n;
  }
  // T = logs / mean - ln(mean): the influence of one sample is its derivative along that sample.
  double variance = 0;
  for (const auto& [benefit, weight] : values) {
    const double influence =
        (log_term(benefit) - logs) / mean - (logs / (mean * mean) + 1 / mean) * (benefit - mean);
    variance += influence * influence * weight / n;
  }
  const double reach = stats::TwoSidedZ(level) * std::sqrt(variance / n);
  return Theil{*value, {std::max(0.0, *value - reach), *value + reach, level, "delta"}};
}

}  // namespace cupel::algorithm::fairness
