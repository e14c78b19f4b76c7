// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/paired.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/score_interval.h"

namespace cupel::stats {
namespace {

/// Tango's statistic at a difference: its variance takes the likeliest share of second_only under it.
double TangoZ(const PairedCounts& counts, double difference) {
  const auto b = static_cast<double>(counts.first_only);
  const auto c = static_cast<double>(counts.second_only);
  const auto n = static_cast<double>(counts.n);
  const double linear = -b - c + (2 * n - b + c) * difference;
  const double constant = -c * difference * (1 - difference);
  const double root = std::sqrt(std::max(0.0, linear * linear - 8 * n * constant));
  const double second_only = (root - linear) / (4 * n);
  const double variance = n * (2 * second_only + difference * (1 - difference));
  const double excess = b - c - n * difference;
  if (excess == 0) return 0;
  return variance > 0 ? excess / std::sqrt(variance)
                      : std::copysign(std::numeric_limits<double>::infinity(), excess);
}

}  // namespace

PairedCounts CountPairs(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
  CUPEL_CHECK(first.size() == second.size());
  PairedCounts counts;
  counts.n = static_cast<std::int64_t>(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    counts.first_only += first[i] != 0 && second[i] == 0;
    counts.second_only += second[i] != 0 && first[i] == 0;
  }
  return counts;
}

double McNemarExact(std::int64_t first_only, std::int64_t second_only) {
  CUPEL_CHECK(first_only >= 0 && second_only >= 0);
  const std::int64_t fewer = std::min(first_only, second_only);
  return std::min(1.0, 2 * BinomialCdf(fewer, first_only + second_only, 0.5));
}

double McNemarMidP(std::int64_t first_only, std::int64_t second_only) {
  CUPEL_CHECK(first_only >= 0 && second_only >= 0);
  const std::int64_t fewer = std::min(first_only, second_only);
  const std::int64_t n = first_only + second_only;
  if (n == 0) return 1;
  return std::min(1.0, 2 * BinomialCdf(fewer, n, 0.5) - BinomialPmf(fewer, n, 0.5));
}

PairedComparison ComparePaired(const PairedCounts& counts, double level) {
  CUPEL_CHECK(counts.n > 0 && counts.first_only >= 0 && counts.second_only >= 0 &&
              counts.first_only + counts.second_only <= counts.n);
  PairedComparison comparison;
  comparison.difference =
      static_cast<double>(counts.first_only - counts.second_only) / static_cast<double>(counts.n);
  comparison.interval = ScoreInterval(
      -1, comparison.difference, 1, [&](double difference) { return TangoZ(counts, difference); }, level,
      "tango");
  comparison.exact_p = McNemarExact(counts.first_only, counts.second_only);
  comparison.mid_p = McNemarMidP(counts.first_only, counts.second_only);
  return comparison;
}

}  // namespace cupel::stats
