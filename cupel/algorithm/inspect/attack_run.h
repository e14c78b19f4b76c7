// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One attack, or several in turn, over a whole data set, at several budgets.
///
/// Samples are attacked in pieces: those whose original index falls in the same block of 256, in rising
/// order. Pieces do not depend on workers or shards (as long as a shard holds whole blocks, or the model is
/// position independent); workers take pieces in order, and each piece is kept in the journal, so that a
/// killed run goes on. Samples that the model answers wrongly (with a target: or as the target) are not
/// attacked: they are not robust at any budget.
///
/// Stages run in turn, each on the samples that all earlier ones left unbroken: robust accuracy is the worst
/// case over the stages, sample by sample. A nearest-point attack that is the only stage runs once, without a
/// budget, and its distances give the verdict at every budget.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_piece.h"

namespace cupel::algorithm::inspect {

inline constexpr std::int64_t kPieceSamples = 64;

/// Which class a targeted attack wants of a sample.
enum class TargetRule { kAny, kNext, kLeastLikely };
/// "any", "next" (the label plus one, modulo the classes), "least-likely" (smallest logit of the clean
/// sample; the lowest index wins a tie). Errors: kInvalidArgument.
Result<TargetRule> ParseTargetRule(std::string_view text);

struct Stage {
  std::string name;  ///< "apgd-ce"; names its random numbers and metrics when there are several.
  std::shared_ptr<const Attack> attack;  ///< Shared by the workers and with other plans.
};

struct AttackPlan {
  std::vector<Stage> stages;  ///< At least one.
  Norm norm = Norm::kLinf;
  std::vector<double> epsilons;  ///< Rising, > 0. The last is the primary one.
  TargetRule target = TargetRule::kAny;
  std::int64_t samples = 0;        ///< First so many of the data set; 0: all.
  std::int64_t stored_inputs = 0;  ///< At most so many adversarial inputs are kept.
  /// Whether an input broken at one budget counts as broken at every larger one (its ball contains it) and is
  /// not attacked again. False: each budget is measured by itself.
  bool inherit = true;
  std::uint64_t seed = 0;
  std::string stream;  ///< The check's id.
  std::string part;    ///< Of a check that makes several runs, which one: tells apart their journal keys.

  bool nearest() const { return stages.size() == 1 && stages[0].attack->nearest(); }
};

struct SampleRecord {
  std::int64_t index = 0;     ///< In the data set.
  std::int64_t original = 0;  ///< In the file.
  Goal goal;
  std::vector<AttackOutcome>
      outcomes;  ///< One a budget; shorter when the sample was broken and `inherit` is set.

  /// Index of the first budget that broke it at or below `budget` (with `inherit`), or `budget` itself; -1:
  /// robust.
  int BrokenAt(std::size_t budget, bool inherit) const;
};

struct AttackRun {
  std::int64_t samples = 0;            ///< All, the wrongly answered included.
  std::vector<SampleRecord> attacked;  ///< Rightly answered samples, rising in original index.
  std::int64_t class_count = 2;
  Stability stability;
};

/// Reports progress in images times budgets times stages. Errors: those of AttackPiece and of the data set;
/// kInvalidArgument when the predictions do not belong to the data set, or it is empty.
Result<AttackRun> RunAttack(const AttackTarget& target, const AttackPlan& plan, const check::Context& context,
                            std::string_view what);

}  // namespace cupel::algorithm::inspect
