// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Gradient attacks over a piece of a data set: FGSM (one step) and PGD (many), in Linf or L2.
///
/// Walk: x_0 = start, x_{t+1} = clip(project(x_t + step * direction(gradient of the loss at x_t))), where
/// direction is the sign (Linf) or the normalised gradient (L2). A sample is broken when the model errs at
/// ANY visited iterate x_0 .. x_steps of any restart, and the error is confirmed: the exact logits err too,
/// by a margin above the float noise, and the threat model's rule holds exactly. An error that is not
/// confirmed is ignored and the walk goes on.
///
/// Continuous batching: samples walk in a tile of fixed size; one that is done leaves and the next one enters
/// its row. When no sample waits, the tile shrinks through the sizes that `Stability` found to give the same
/// bits. Exact cycle stop: the next iterate is a function of the current one, so a repeated iterate proves
/// that all later ones have been seen; the walk ends without changing the verdict ("Stop walking in circles",
/// arXiv 2503.19347).
///
/// An outcome depends only on (model, sample, options), as far as `Stability::position_independent` holds.
/// Sources: Goodfellow et al. 2015 (FGSM), Madry et al. 2018 (PGD).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/inspect/objective.h"
#include "cupel/algorithm/inspect/stability.h"
#include "cupel/algorithm/inspect/threat_model.h"
#include "cupel/base/progress.h"

namespace cupel::algorithm::inspect {

struct AttackOptions {
  ThreatModel threat;
  int steps = 1;              ///< >= 1.
  double step = 0;            ///< Length of a step in the norm, > 0.
  int restarts = 1;           ///< >= 1; those after the first start at random.
  bool random_start = false;  ///< Whether the first start is random too.
  Loss loss = Loss::kCrossEntropy;
  bool cycle_stop = true;
  std::uint64_t seed = 0;
  std::string stream;  ///< Names the random numbers: the check's id.
};

/// A sample to attack; the model must answer it right.
struct AttackJob {
  std::int64_t original_index = 0;  ///< Keys the random starts.
  std::int32_t label = 0;
};

struct AttackOutcome {
  bool broken = false;
  bool cycled = false;           ///< Some walk ended in a cycle.
  std::int64_t evaluations = 0;  ///< Forward and gradient passes spent.
  std::int64_t unconfirmed = 0;  ///< Errors of the search that the exact logits did not confirm.
  // The rest is set when broken.
  int restart = 0;
  int step = 0;
  std::int32_t predicted = 0;
  double margin = 0;  ///< Exact logit of the best wrong class minus the true one's.
  double noise = 0;   ///< Float noise of that margin; margin > noise.
  Perturbation moved;
  std::vector<float> adversarial;  ///< [d]
};

/// What the exact executor says of one input.
struct Confirmation {
  std::int32_t predicted = 0;
  double margin = 0;
  std::vector<float> logits;
};
/// x: [d]. Errors: those of the target; kInvalidArgument when a logit is not finite.
Result<Confirmation> ConfirmExactly(const AttackTarget& target, std::span<const float> x, std::int32_t label);

/// features: [jobs.size(), d]. Returns one outcome a job. Advances `progress` by one for each finished job.
/// Errors: those of the target; kInvalidArgument for a logit that is not finite or a sample outside the box;
/// kInternal when an iterate broke the threat model's rule; kInterrupted.
Result<std::vector<AttackOutcome>> AttackPiece(const AttackTarget& target, const AttackOptions& options,
                                               const Stability& stability, std::span<const float> features,
                                               std::span<const AttackJob> jobs, Progress& progress);

}  // namespace cupel::algorithm::inspect
