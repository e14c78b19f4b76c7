// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/beta_binomial.h"

#include <algorithm>

#include "cupel/base/error.h"
#include "cupel/stats/proportion.h"

namespace cupel::stats {
namespace {

/// The analysis-of-variance estimate of the correlation within subjects.
double IntraclassCorrelation(std::span<const GroupCount> subjects, double rate, double n) {
  const auto count = static_cast<double>(subjects.size());
  double between = 0;
  double within = 0;
  double squares = 0;
  for (const GroupCount& subject : subjects) {
    const auto attempts = static_cast<double>(subject.n);
    const double own = static_cast<double>(subject.k) / attempts;
    between += attempts * (own - rate) * (own - rate);
    within += attempts * own * (1 - own);
    squares += attempts * attempts;
  }
  const double mean_between = between / (count - 1);
  const double mean_within = within / (n - count);
  const double typical = (n - squares / n) / (count - 1);
  return (mean_between - mean_within) / (mean_between + (typical - 1) * mean_within);
}

}  // namespace

ClusteredProportion BetaBinomial(std::span<const GroupCount> subjects, double level) {
  CUPEL_CHECK(!subjects.empty());
  ClusteredProportion result;
  result.subjects = static_cast<std::int64_t>(subjects.size());
  for (const GroupCount& subject : subjects) {
    CUPEL_CHECK(subject.n > 0 && subject.k >= 0 && subject.k <= subject.n);
    result.k += subject.k;
    result.n += subject.n;
  }
  const auto n = static_cast<double>(result.n);
  result.rate = static_cast<double>(result.k) / n;
  result.effective_n = n;
  if (result.k == 0 || result.k == result.n || result.subjects < 2 || result.n == result.subjects) {
    result.interval = ClopperPearson(result.k, result.n, level);
    return result;
  }
  const double rho = std::clamp(IntraclassCorrelation(subjects, result.rate, n), 0.0, 1.0);
  double inflated = 0;
  for (const GroupCount& subject : subjects) {
    const auto attempts = static_cast<double>(subject.n);
    inflated += attempts * (1 + (attempts - 1) * rho);
  }
  result.correlation = rho;
  result.effective_n = n * n / inflated;
  result.interval = WilsonOfShare(result.rate, result.effective_n, level);
  result.interval.method = "beta-binomial";
  return result;
}

}  // namespace cupel::stats
