// SPDX-License-Identifier: Apache-2.0
// Score interval of the difference of two independent proportions.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "cupel/stats/proportion.h"
#include "cupel/stats/score_interval.h"

namespace cupel::stats {
namespace {

struct TwoCounts {
  double k1 = 0, n1 = 0, k2 = 0, n2 = 0;
};

/// The likeliest second proportion when the first is larger by `difference`: the root of a cubic (Miettinen
/// and Nurminen 1985, appendix I).
double RestrictedSecond(const TwoCounts& c, double difference) {
  const double n = c.n1 + c.n2;
  const double k = c.k1 + c.k2;
  const double l2 = (c.n1 + 2 * c.n2) * difference - n - k;
  const double l1 = (c.n2 * difference - n - 2 * c.k2) * difference + k;
  const double l0 = c.k2 * difference * (1 - difference);
  const double centre = l2 / (3 * n);
  const double q = centre * centre * centre - l1 * l2 / (6 * n * n) + l0 / (2 * n);
  const double p = std::copysign(std::sqrt(std::max(0.0, centre * centre - l1 / (3 * n))), q);
  const double cosine = p == 0 ? 0 : std::clamp(q / (p * p * p), -1.0, 1.0);
  const double root = 2 * p * std::cos((std::numbers::pi + std::acos(cosine)) / 3) - centre;
  return std::clamp(root, std::max(0.0, -difference), std::min(1.0, 1 - difference));
}

double ScoreZ(const TwoCounts& c, double difference) {
  const double p2 = RestrictedSecond(c, difference);
  const double p1 = std::clamp(p2 + difference, 0.0, 1.0);
  const double n = c.n1 + c.n2;
  const double variance = (p1 * (1 - p1) / c.n1 + p2 * (1 - p2) / c.n2) * n / (n - 1);
  const double excess = c.k1 / c.n1 - c.k2 / c.n2 - difference;
  if (excess == 0) return 0;
  return variance > 0 ? excess / std::sqrt(variance)
                      : std::copysign(std::numeric_limits<double>::infinity(), excess);
}

}  // namespace

Interval MiettinenNurminen(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2, double level) {
  CUPEL_CHECK(k1 >= 0 && k1 <= n1 && k2 >= 0 && k2 <= n2);
  if (n1 == 0 || n2 == 0) return {-1, 1, level, "miettinen-nurminen"};
  const TwoCounts counts{static_cast<double>(k1), static_cast<double>(n1), static_cast<double>(k2),
                         static_cast<double>(n2)};
  return ScoreInterval(
      -1, counts.k1 / counts.n1 - counts.k2 / counts.n2, 1,
      [&](double difference) { return ScoreZ(counts, difference); }, level, "miettinen-nurminen");
}

}  // namespace cupel::stats
