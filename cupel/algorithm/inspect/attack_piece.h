// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One attack over a piece of a data set: many samples walk at once.
///
/// A sample is broken when the model errs (with a target: answers the target) at ANY point that its walk
/// looks at, inside the ball and the box by the exact rule, and the error is confirmed: the exact logits err
/// too, by a margin above the float noise. An error that is not confirmed is ignored and the walk goes on.
/// With `keep_nearest` the walk runs to its end and the nearest success is confirmed (if it is not, the next
/// nearest of those kept: up to eight whose margins grow with their distance).
///
/// Continuous batching: samples walk in a tile of fixed size; one that is done leaves and the next one enters.
/// When no sample waits, the tile shrinks through the sizes that `Stability` found to give the same bits. In a
/// tile those that expect to need gradients come first, so that an executor that works in smaller tiles spends
/// none on the others.
///
/// An outcome depends only on (model, sample, attack, options), as far as `Stability::position_independent`
/// holds.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/inspect/attack.h"
#include "cupel/algorithm/inspect/attack_outcome.h"
#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/inspect/stability.h"
#include "cupel/base/progress.h"

namespace cupel::algorithm::inspect {

struct PieceOptions {
  ThreatModel threat;         ///< With keep_nearest the epsilon is ignored.
  bool keep_nearest = false;  ///< Precondition: the attack is a nearest-point attack.
  std::uint64_t seed = 0;
  std::string stream;  ///< Names the random numbers: the check's id.
};

/// A sample to attack; the model must answer it right.
struct AttackJob {
  std::int64_t original_index = 0;  ///< Keys the random numbers.
  Goal goal;
};

/// features: [jobs.size(), d]. Returns one outcome a job. Advances `progress` by one for each finished job.
/// Errors: those of the target; kInvalidArgument for a logit that is not finite or a sample outside the box;
/// kInternal when a budget-bound attack looks outside its threat model; kInterrupted.
Result<std::vector<AttackOutcome>> AttackPiece(const AttackTarget& target, const Attack& attack,
                                               const PieceOptions& options, const Stability& stability,
                                               std::span<const float> features,
                                               std::span<const AttackJob> jobs, Progress& progress);

}  // namespace cupel::algorithm::inspect
