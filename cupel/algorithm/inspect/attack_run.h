// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An attack over a whole data set, at several budgets.
///
/// Samples are attacked in pieces: those whose original index falls in the same block of 256, in rising
/// order. Pieces do not depend on workers or shards (as long as a shard holds whole blocks, or the model is
/// position independent); workers take pieces in order, and each piece is kept in the journal, so that a
/// killed run goes on. Samples that the model answers wrongly are not attacked: they are not robust at any
/// budget.

#include <cstdint>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/gradient_attack.h"

namespace cupel::algorithm::inspect {

inline constexpr std::int64_t kPieceSamples = 256;

struct AttackPlan {
  AttackOptions options;           ///< Epsilon and step are set for each budget.
  std::vector<double> epsilons;    ///< Rising, > 0. The last is the primary one.
  double relative_step = 0.25;     ///< Step as a share of epsilon.
  std::int64_t samples = 0;        ///< First so many of the data set; 0: all.
  std::int64_t stored_inputs = 0;  ///< At most so many adversarial inputs are kept.
  /// Whether an input broken at one budget counts as broken at every larger one (its ball contains it) and is
  /// not attacked again. False: each budget is measured by itself.
  bool inherit = true;
};

struct SampleRecord {
  std::int64_t index = 0;     ///< In the data set.
  std::int64_t original = 0;  ///< In the file.
  std::int32_t label = 0;
  std::vector<AttackOutcome>
      outcomes;  ///< One a budget; shorter when the sample was broken and `inherit` is set.

  /// Index of the first budget that broke it at or below `budget` (with `inherit`), or `budget` itself; -1:
  /// robust.
  int BrokenAt(std::size_t budget, bool inherit) const;
};

struct AttackRun {
  std::int64_t samples = 0;            ///< All, the wrongly answered included.
  std::vector<SampleRecord> attacked;  ///< Rightly answered samples, rising in original index.
  Stability stability;
};

/// Reports progress in images times budgets. Errors: those of AttackPiece and of the data set;
/// kInvalidArgument when the predictions do not belong to the data set, or it is empty.
Result<AttackRun> RunAttack(const AttackTarget& target, const AttackPlan& plan, const check::Context& context,
                            std::string_view what);

/// For the journal; adversarial inputs are base64 of little-endian float32.
Json OutcomeToJson(const AttackOutcome& outcome);
/// Errors: kCorrupt, kNotFound.
Result<AttackOutcome> OutcomeFromJson(const Json& json);

}  // namespace cupel::algorithm::inspect
