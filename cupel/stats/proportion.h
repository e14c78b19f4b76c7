// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Shares: k successes in n independent trials. Intervals, differences, tests, and the sample sizes they
/// need.
///
/// All take 0 <= k <= n (checked, aborts) and level in (0, 1). With n = 0 nothing is known: the interval is
/// [0, 1]. Not promised: coverage when trials depend on each other (frames of one video, photos of one
/// person).
///
///     Interval interval = Wilson(805, 1795, 0.95);   // [0.4256, 0.4716]

#include <cstdint>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/stats/interval.h"

namespace cupel::stats {

/// Score interval (Wilson 1927), without continuity correction. Mean coverage is close to `level`; for single
/// k it may fall below.
Interval Wilson(std::int64_t k, std::int64_t n, double level);

/// The same for a share p of an effective number of trials, which need not be whole (weights, clusters).
/// Preconditions: p in [0, 1], n >= 0.
Interval WilsonOfShare(double p, double n, double level);

/// Exact interval (Clopper and Pearson 1934): coverage is never below `level`, so it is wider.
Interval ClopperPearson(std::int64_t k, std::int64_t n, double level);

enum class ProportionMethod { kWilson, kClopperPearson };

/// "wilson", "clopper-pearson". Errors: kInvalidArgument for another name.
Result<ProportionMethod> ParseProportionMethod(std::string_view name);

Interval ProportionInterval(std::int64_t k, std::int64_t n, double level, ProportionMethod method);

/// Interval of p1 - p2 for two independent samples: square-and-add of the Wilson limits (Newcombe 1998,
/// method 10).
Interval NewcombeDifference(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2, double level);

/// The same by the score of Miettinen and Nurminen (1985): the differences that the score test with the
/// variance under the restriction, times N / (N - 1), does not reject. Coverage is closer to `level` than
/// Newcombe's.
Interval MiettinenNurminen(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2, double level);

/// Smallest n at which a proportion p is known to +- half_width: z^2 p (1 - p) / half_width^2, rounded up.
/// Preconditions: p in [0, 1], half_width > 0.
std::int64_t SamplesForHalfWidth(double p, double half_width, double level);

/// One-sided upper bound of the error rate when n trials had no error: 1 - (1 - level)^(1/n), about 3/n at 95
/// % (the rule of three). 1 when n is 0.
double ZeroErrorBound(std::int64_t n, double level);

/// Smallest n at which zero errors support the claim "rate <= bound". Precondition: bound in (0, 1).
std::int64_t SamplesForZeroErrors(double bound, double level);

/// One-sided upper bound of the error rate after k errors in n trials (Clopper and Pearson): ZeroErrorBound
/// for k = 0. 1 when n is 0.
double UpperErrorBound(std::int64_t k, std::int64_t n, double level);

/// Smallest n at which k errors support the claim "rate <= bound". Preconditions: k >= 0, bound in (0, 1).
std::int64_t SamplesForErrors(std::int64_t k, double bound, double level);

/// The rule of 30 (ISO/IEC 19795-1; Doddington): with 30 errors the rate is known to +- 30 % at 90 %.
inline constexpr std::int64_t kRuleOf30Errors = 30;

/// Trials in which 30 errors are expected: 30 / rate, rounded up. Precondition: rate in (0, 1].
std::int64_t SamplesForRuleOf30(double rate);

enum class Alternative { kTwoSided, kLess, kGreater };

/// Exact p-value of H0: success probability = p. Two-sided sums all outcomes not more likely than k (as R's
/// binom.test and scipy's binomtest do). O(n) when two-sided.
double BinomialTest(std::int64_t k, std::int64_t n, double p, Alternative alternative);

}  // namespace cupel::stats
