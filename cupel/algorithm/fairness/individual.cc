// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/individual.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::algorithm::fairness {
namespace {

double SquaredDistance(std::span<const double> features, std::size_t d, std::size_t i, std::size_t j) {
  double sum = 0;
  for (std::size_t f = 0; f < d; ++f) {
    const double off = features[i * d + f] - features[j * d + f];
    sum += off * off;
  }
  return sum;
}

struct Neighbour {
  double distance = 0;
  std::size_t index = 0;
  auto operator<=>(const Neighbour&) const = default;
};

}  // namespace

double Consistency(std::span<const double> features, std::size_t d, std::span<const double> answers,
                   std::size_t k, Neighbours neighbours) {
  const std::size_t n = answers.size();
  CUPEL_CHECK(features.size() == n * d && k > 0 && n > k);
  std::vector<Neighbour> all;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    all.clear();
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j && neighbours == Neighbours::kCorrected) continue;
      all.push_back({SquaredDistance(features, d, i, j), j});
    }
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k - 1), all.end());
    double mean = 0;
    for (std::size_t j = 0; j < k; ++j) mean += answers[all[j].index] / static_cast<double>(k);
    sum += std::abs(answers[i] - mean);
  }
  return 1 - sum / static_cast<double>(n);
}

stats::GroupCount LipschitzViolations(std::span<const double> features, std::size_t d,
                                      std::span<const double> outputs, double constant) {
  const std::size_t n = outputs.size();
  CUPEL_CHECK(features.size() == n * d && n > 1 && constant >= 0);
  stats::GroupCount pairs;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double distance = std::sqrt(SquaredDistance(features, d, i, j));
      pairs.k += std::abs(outputs[i] - outputs[j]) > constant * distance ? 1 : 0;
      ++pairs.n;
    }
  }
  return pairs;
}

stats::GroupCount Flips(std::span<const std::int32_t> answers, std::span<const std::int32_t> counterfactual) {
  CUPEL_CHECK(answers.size() == counterfactual.size());
  stats::GroupCount flips{0, static_cast<std::int64_t>(answers.size())};
  for (std::size_t i = 0; i < answers.size(); ++i) flips.k += answers[i] != counterfactual[i] ? 1 : 0;
  return flips;
}

}  // namespace cupel::algorithm::fairness
