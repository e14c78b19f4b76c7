// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What every membership attack reports, from its scores: metrics, curve, notes.
///
/// A rate is refused (NaN, and a note) when the non-members cannot support it: fewer than ten expected false
/// positives, where single samples set the threshold. Thresholds that are chosen are chosen on one half of
/// the pairs and measured on the other, so that the choice does not flatter the attack.
///
/// Epsilon. Members and non-members stand in pairs. If both were drawn from one distribution, which of a pair
/// was trained on is a fair coin for each pair, so the one-run audit (epsilon_bound.h) applies: in each pair
/// the attack names as member the one with the larger score, most confident pairs first, at several numbers
/// of guesses with Bonferroni's correction. The epsilon is that of replacing one record by another. Does not
/// hold when the two sets differ in themselves.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::leakage {

/// A higher score says "member". Each at least one, no NaN; members[i] and others[i] are a pair.
struct AttackScores {
  std::vector<double> members;
  std::vector<double> others;
};

struct LeakOptions {
  double delta = 0;  ///< Of (epsilon, delta); [0, 1).
  std::uint64_t seed = 0;
  std::string stream;  ///< Names the random numbers: the check's id.
};

/// auc, tpr_at_fpr_0.01, tpr_at_fpr_0.001, balanced_accuracy, epsilon_lower_bound, epsilon_from_rates.
std::vector<check::MetricSpec> LeakMetrics();
check::ParameterSpec DeltaSpec();

void AddLeakMetrics(const AttackScores& scores, const LeakOptions& options, check::CheckResult& result);

/// "auc.<name>" and the two rates of a further attack on the same samples, without notes.
void AddFurtherAttack(const AttackScores& scores, std::string_view name, check::CheckResult& result);

struct NamedScores {
  check::Text name;
  const AttackScores* scores = nullptr;
};
/// Both rates on logarithmic axes, from one false positive on.
Json RocFigure(const std::vector<NamedScores>& attacks);

}  // namespace cupel::algorithm::leakage
