// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tests of counts in tables: do rates of groups differ, do they still differ within strata, are they alike?
///
/// A test that finds no difference has not shown that there is none: for that claim there is `Equivalence`,
/// whose null hypothesis is that the rates differ by the margin or more.
///
/// Sources: Pearson 1900; Fisher 1935; Mantel and Haenszel 1959; Schuirmann 1987 (two one-sided tests) on the
/// estimate and variance of Agresti and Caffo 2000. Preconditions of all: n > 0, 0 <= k <= n (aborts).

#include <cstdint>
#include <optional>
#include <span>

#include "cupel/stats/group_gap.h"

namespace cupel::stats {

struct TwoProportionTest {
  double z = 0;  ///< (p1 - p2) / its standard error under the pooled rate.
  double p_value = 1;
};

/// Two-sided. Absent when no trial or every trial of both succeeded.
std::optional<TwoProportionTest> TwoProportionZ(GroupCount first, GroupCount second);

struct ChiSquareTest {
  double statistic = 0;
  std::int64_t degrees = 0;  ///< Groups - 1.
  double p_value = 1;
  double smallest_expected = 0;  ///< The p-value is rough when this is below 5; see FisherExact.
};

/// Pearson's test that all rates are equal, without continuity correction (scipy chi2_contingency with
/// correction=False). Absent when no trial or every trial succeeded. Precondition: at least two groups.
std::optional<ChiSquareTest> ChiSquareEqualRates(std::span<const GroupCount> groups);

/// Two-sided exact p-value of equal rates: the sum over tables with these margins that are not more likely
/// than the observed one (scipy fisher_exact, R fisher.test). O(k1 + k2).
double FisherExact(GroupCount first, GroupCount second);

/// One stratum of a comparison of two groups.
struct Stratum {
  GroupCount first;
  GroupCount second;
};

struct StratifiedTest {
  double odds_ratio = 0;             ///< Mantel-Haenszel; NaN when its denominator is 0.
  double rate_difference = 0;        ///< first - second, weighted by n1 n2 / (n1 + n2).
  double rate_difference_error = 0;  ///< Its standard error, of independent strata with these weights.
  double statistic = 0;  ///< Cochran-Mantel-Haenszel, one degree of freedom, no continuity correction.
  double p_value = 1;
};

/// Are the rates equal within every stratum? Absent when the statistic has no variance.
std::optional<StratifiedTest> MantelHaenszel(std::span<const Stratum> strata);

struct Equivalence {
  double p_value = 1;  ///< Of "the rates differ by the margin or more": small means alike.
  Interval interval;   ///< Of the difference at level 1 - 2 alpha, "agresti-caffo".
};

/// Two one-sided tests of |p1 - p2| < margin. alpha: significance, for the interval. Preconditions: margin in
/// (0, 1), alpha in (0, 0.5).
Equivalence TestEquivalence(GroupCount first, GroupCount second, double margin, double alpha);

/// p-value of the observed max - min of rates when group labels mean nothing: labels are shuffled
/// `options.replicates` times, (1 + exceedances) / (1 + replicates). O(sum of n) a replicate.
/// Precondition: at least two groups.
double PermutationGapTest(std::span<const GroupCount> groups, const GapOptions& options);

}  // namespace cupel::stats
