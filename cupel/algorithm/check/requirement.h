// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Requirements and verdicts.
///
/// A requirement is a line of the plan: `robust_accuracy >= 0.40`. It is tested against the confidence bound
/// on the side that hurts (the lower bound for >=, the upper for <=), unless the metric's name carries
/// `.value`. When the bound fails but the value holds, the sample is too small to support the claim: the
/// verdict is warn, "not enough samples".

#include <span>
#include <string>
#include <string_view>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::check {

enum class Verdict { kPass, kWarn, kFail, kNotRun, kNotApplicable };
std::string_view VerdictName(Verdict verdict);  ///< "pass", "warn", "fail", "not-run", "not-applicable"
Result<Verdict> ParseVerdict(std::string_view text);

/// The graver of two; fail > not-run > warn > pass > not-applicable.
Verdict Graver(Verdict a, Verdict b);

enum class Comparator { kAtLeast, kAtMost, kGreater, kLess };
std::string_view ComparatorName(Comparator comparator);  ///< ">=", "<=", ">", "<"

struct Requirement {
  std::string metric;
  bool on_value = false;  ///< `.value` was given: compare the point estimate.
  Comparator comparator = Comparator::kAtLeast;
  double threshold = 0;
  std::string text;  ///< As written.
};

/// "<metric> <comparator> <number>", "<metric>.value <comparator> <number>". A metric's name may hold spaces
/// and even a comparator: the last one in the text counts. Errors: kInvalidArgument naming the part that is
/// wrong.
Result<Requirement> ParseRequirement(std::string_view text);

struct RequirementOutcome {
  Requirement requirement;
  Verdict verdict = Verdict::kNotRun;
  double compared = 0;  ///< The number that was compared.
  std::string bound;    ///< "lower", "upper" or "value".
  std::string reason;   ///< One sentence.
};

/// A metric without interval is compared by its value. A metric that is NaN gives not-run: it could not be
/// measured. Errors: kInvalidArgument when no metric has that name (nearest named).
Result<RequirementOutcome> TestRequirement(const Requirement& requirement, std::span<const Metric> metrics);

}  // namespace cupel::algorithm::check
