// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The error rate of subjects who tried several times: attempts of one person resemble each other, so n
/// attempts say less than n independent trials.
///
/// Errors of a subject are beta-binomial: rates vary between subjects, and two attempts of one subject have
/// the intraclass correlation rho. rho by analysis of variance (Ridout, Demetrio and Firth 1999; Schuckers
/// 2003), cut to [0, 1]; the pooled rate then varies as that of
///
///     n_eff = n^2 / sum over subjects of n_i (1 + (n_i - 1) rho)
///
/// independent trials, and the interval is Wilson's at n_eff. Not promised: anything from a handful of
/// subjects, whose rho is a guess; for non-mated comparisons, that the other side's subjects do not matter.

#include <cstdint>
#include <optional>
#include <span>

#include "cupel/stats/group_gap.h"
#include "cupel/stats/interval.h"

namespace cupel::stats {

struct ClusteredProportion {
  std::int64_t k = 0;
  std::int64_t n = 0;
  std::int64_t subjects = 0;
  double rate = 0;
  /// Absent where it cannot be estimated: no error or nothing but errors, one subject, or one attempt each.
  std::optional<double> correlation;
  double effective_n = 0;  ///< n where the correlation is absent.
  /// "beta-binomial"; without a correlation "clopper-pearson" on the attempts as if they were independent.
  Interval interval;
};

/// subjects: errors k of n attempts each. Preconditions: at least one subject, 0 <= k <= n, n > 0.
ClusteredProportion BetaBinomial(std::span<const GroupCount> subjects, double level);

}  // namespace cupel::stats
