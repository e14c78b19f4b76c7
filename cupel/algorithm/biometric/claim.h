// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whether a claimed error rate can rest on the trials that are said to support it, and whether it can be
/// what it is called.
///
///     CUPEL_TRY(Judgement j, JudgeClaim({.metric = "FAR", .value = 5.26e-6, .errors = 0, .trials =
///     190000}));
///     // kUnsupported: 569530 trials without an error are needed at 95 %, and 5703423 for the rule of 30.
///
/// A claim "rate <= value" is supported when the one-sided exact upper bound (Clopper-Pearson) of the trials
/// is at most the value; contradicted when the one-sided lower bound is above it; else the sample cannot
/// tell, and the claim is refused. Trials count as independent; where subjects are given, the bound that
/// holds if every subject always fails or always succeeds stands beside it.
///
/// Plausibility knows what each rate is: a false accept rate (FAR, FMR, FPIR, GFAR) of a per cent or more and
/// a false reject rate (FRR, FNMR, FNIR, GFRR) of 1/1000 or less read as if the two had been swapped. FIDO's
/// biometric component limits are FAR < 1/10 000 and FRR in the low per cent; a paper that prints "FAR < 3 %
/// and FRR < 1/10,000" has them the wrong way round. Not promised: that a plausible figure is true.
///
/// Sources: ISO/IEC 19795-1 (rule of 3, rule of 30); FIDO Biometric Component Certification.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::biometric {

/// A figure that is printed without its trials.
struct Figure {
  std::string metric;
  double value = 0;
};

struct Claim {
  std::string metric;  ///< "FAR", "frr", ...: see KnownRates.
  double value = 0;    ///< The rate that is claimed not to be exceeded, in (0, 1).
  std::int64_t errors = 0;
  std::int64_t trials = 0;
  std::optional<std::int64_t> subjects{};
  double level = 0.95;
  std::vector<Figure> beside{};  ///< Figures of other rates that stand beside it; judged for plausibility.
};

enum class ClaimVerdict {
  kSupported,     ///< The upper bound is at most the claim.
  kUnsupported,   ///< The sample cannot tell: the claim is refused.
  kContradicted,  ///< Even the lower bound is above the claim.
};
std::string_view ClaimVerdictName(ClaimVerdict verdict);  ///< "supported", ...

struct Judgement {
  ClaimVerdict verdict = ClaimVerdict::kUnsupported;
  bool is_plausible = true;
  double observed = 0;
  double upper_bound = 1;                 ///< One-sided: the smallest claim that these trials support.
  double lower_bound = 0;                 ///< One-sided.
  stats::Interval interval;               ///< Two-sided Clopper-Pearson of the observed rate.
  std::int64_t needed_without_error = 0;  ///< Trials that support the claim when none is an error.
  std::int64_t needed_with_errors = 0;    ///< The same with the errors that were seen.
  std::int64_t needed_for_rule_of_30 = 0;
  bool meets_rule_of_30 = false;
  std::optional<double> upper_bound_by_subjects;  ///< If attempts of a subject always agree.
  std::vector<check::Text> reasons;               ///< What a reader must know, the verdict's first.
};

/// Names of the rates that a claim can be about, upper case.
std::vector<std::string> KnownRates();

/// Errors: kInvalidArgument for an unknown rate, a value or level outside (0, 1), trials < 1, errors outside
/// 0 .. trials, subjects outside 1 .. trials.
Result<Judgement> JudgeClaim(const Claim& claim);

/// What is implausible about figures that stand together, one sentence each; empty when nothing is. A false
/// accept and a false reject rate that are both the wrong way round are one sentence: swapped. Errors: as
/// JudgeClaim for names and values.
Result<std::vector<check::Text>> Implausible(std::span<const Figure> figures);

}  // namespace cupel::algorithm::biometric
