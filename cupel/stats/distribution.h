// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The few probability distributions that intervals and tests need: normal, beta, chi-squared, binomial.
///
/// Accurate to about 1e-14 relative (Boost.Math in double precision); tests compare with published values and
/// sums. Preconditions are checked and abort; they are the caller's to keep.

#include <cstdint>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::stats {

/// P(Z <= z) of the standard normal.
double NormalCdf(double z);

/// The z with P(Z <= z) = probability. Precondition: probability in (0, 1).
double NormalQuantile(double probability);

/// The z of a two-sided interval: 1.96 at level 0.95. Precondition: level in (0, 1).
double TwoSidedZ(double level);

/// The x with I_x(a, b) = probability. Preconditions: a, b > 0, probability in (0, 1).
double BetaQuantile(double a, double b, double probability);

/// P(X >= x) of chi-squared with that many degrees of freedom. Preconditions: x >= 0, degrees > 0.
double ChiSquaredUpperTail(double x, double degrees);

/// P(K <= k) of Binomial(n, p); 0 below k = 0 and 1 from k = n on. Preconditions: n >= 0, p in [0, 1].
double BinomialCdf(std::int64_t k, std::int64_t n, double p);

/// P(K >= k), accurate also where it is tiny; 1 up to k = 0 and 0 above k = n. Preconditions: as BinomialCdf.
double BinomialUpperTail(std::int64_t k, std::int64_t n, double p);

/// P(K = k). Preconditions: 0 <= k <= n, p in [0, 1].
double BinomialPmf(std::int64_t k, std::int64_t n, double p);

/// Draws from Binomial(n, p) by inversion, one uniform a draw, so that simulations are reproducible and cost
/// O(log n) a draw whatever n is. Counts whose probability lies beyond 12 standard deviations are never
/// drawn.
class BinomialSampler {
 public:
  /// Preconditions: n >= 0, p in [0, 1].
  BinomialSampler(std::int64_t n, double p);
  std::int64_t Draw(ReproducibleStream& stream) const;

 private:
  std::int64_t first_ = 0;          ///< Smallest count in the table.
  std::vector<double> cumulative_;  ///< Of first_, first_ + 1, ...; the last is 1.
};

}  // namespace cupel::stats
