// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/regression/correlation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/ranks.h"

namespace cupel::algorithm::regression {
namespace {

/// Pairs of equal neighbours in a sorted sequence, by `equal`.
template <typename Equal>
std::int64_t TiedPairs(std::size_t n, const Equal& equal) {
  std::int64_t pairs = 0;
  std::int64_t run = 1;
  for (std::size_t i = 1; i <= n; ++i) {
    if (i < n && equal(i - 1, i)) {
      ++run;
    } else {
      pairs += run * (run - 1) / 2;
      run = 1;
    }
  }
  return pairs;
}

/// Sorts, and counts the exchanges of unequal neighbours that bubble sort would make.
std::int64_t Exchanges(std::vector<double>& values) {
  std::vector<double> merged(values.size());
  std::int64_t exchanges = 0;
  for (std::size_t width = 1; width < values.size(); width *= 2) {
    for (std::size_t begin = 0; begin < values.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, values.size());
      const std::size_t end = std::min(begin + 2 * width, values.size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        if (left < middle && (right == end || values[left] <= values[right])) {
          merged[out] = values[left++];
        } else {
          exchanges += static_cast<std::int64_t>(middle - left);
          merged[out] = values[right++];
        }
      }
    }
    values.swap(merged);
  }
  return exchanges;
}

}  // namespace

double SpearmanRho(std::span<const double> x, std::span<const double> y) {
  CUPEL_CHECK(x.size() == y.size());
  const std::vector<double> rank_x = stats::Midranks(x);
  const std::vector<double> rank_y = stats::Midranks(y);
  const double mean = (static_cast<double>(x.size()) + 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (rank_x[i] - mean) * (rank_y[i] - mean);
    xx += (rank_x[i] - mean) * (rank_x[i] - mean);
    yy += (rank_y[i] - mean) * (rank_y[i] - mean);
  }
  return xx > 0 && yy > 0 ? std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0) : std::nan("");
}

double KendallTauB(std::span<const double> x, std::span<const double> y) {
  CUPEL_CHECK(x.size() == y.size());
  const std::size_t n = x.size();
  std::vector<std::pair<double, double>> pairs(n);
  for (std::size_t i = 0; i < n; ++i) pairs[i] = {x[i], y[i]};
  std::ranges::sort(pairs);
  const std::int64_t all = static_cast<std::int64_t>(n) * (static_cast<std::int64_t>(n) - 1) / 2;
  const std::int64_t tied_x = TiedPairs(n, [&](auto a, auto b) { return pairs[a].first == pairs[b].first; });
  const std::int64_t tied_both = TiedPairs(n, [&](auto a, auto b) { return pairs[a] == pairs[b]; });
  std::vector<double> second(n);
  for (std::size_t i = 0; i < n; ++i) second[i] = pairs[i].second;
  const std::int64_t discordant = Exchanges(second);
  const std::int64_t tied_y = TiedPairs(n, [&](auto a, auto b) { return second[a] == second[b]; });
  if (all == tied_x || all == tied_y) return std::nan("");
  const std::int64_t difference = all - tied_x - tied_y + tied_both - 2 * discordant;
  // As scipy: two roots, so that the product cannot overflow.
  const double tau = static_cast<double>(difference) / std::sqrt(static_cast<double>(all - tied_x)) /
                     std::sqrt(static_cast<double>(all - tied_y));
  return std::clamp(tau, -1.0, 1.0);
}

stats::Interval FisherInterval(double correlation, double variance, double level, std::string method) {
  CUPEL_CHECK(std::abs(correlation) < 1 && variance > 0);
  const double centre = std::atanh(correlation);
  const double reach = stats::TwoSidedZ(level) * std::sqrt(variance);
  return {std::tanh(centre - reach), std::tanh(centre + reach), level, std::move(method)};
}

}  // namespace cupel::algorithm::regression
