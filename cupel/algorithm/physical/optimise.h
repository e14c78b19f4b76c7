// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Makes a sticker that fools a model under physical conditions.
///
/// Minimises, by Adam on the sticker's light, kept in the printer's range after every step,
///
///     mean over views of CE(f(view), target)   or   - CE(f(view), label) without a target
///       + smoothness * TotalVariation + printability * NonPrintability
///
/// over `views` fresh views a step, each of one picture under one condition (expectation over transformation,
/// Athalye et al. 2018; universal over the pictures given, Brown et al. 2017; one picture: Eykholt et al.
/// 2018). The draws of step t come from ReproducibleStream(seed, stream + ".optimise", key, t); views are
/// computed in tiles of a fixed size and summed in order, so the sticker does not depend on the workers.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/inspect/objective.h"
#include "cupel/algorithm/physical/view.h"
#include "cupel/base/progress.h"

namespace cupel::algorithm::physical {

struct OptimiseOptions {
  Placement placement;
  ConditionRanges ranges;
  int steps = 300;
  int views = 32;               ///< A step.
  double learning_rate = 0.03;  ///< In units of light.
  double smoothness = 0.1;
  double printability = 0.1;
  std::uint64_t seed = 0;
  std::string stream;  ///< The check's id.
  float box_low = 0;   ///< Light 0 and 1 as the model's input has them.
  float box_high = 1;
};

/// Pictures to fool the model on. light: [n, d] in [0, 1].
struct Pictures {
  std::vector<float> light;
  std::vector<inspect::Goal> goals;  ///< [n]

  std::int64_t size() const { return static_cast<std::int64_t>(goals.size()); }
};

/// The state between two steps, for a journal.
struct Optimisation {
  Sticker sticker;
  std::vector<double> first;  ///< Adam's moments, [c, h, w].
  std::vector<double> second;
  int steps = 0;  ///< Done.

  Json ToJson() const;
  /// Restores what ToJson kept into a state that holds the same sticker's size. Errors: kCorrupt, kNotFound.
  Status Restore(const Json& json);
};

/// Middle grey, and no step done.
Optimisation BeginOptimisation(const Sticker& start);

/// One step. workers: threads for its tiles. Errors: those of the target; kInvalidArgument when the model
/// answers NaN or infinity.
Status Step(const inspect::AttackTarget& target, const Pictures& pictures, const OptimiseOptions& options,
            std::uint64_t key, int workers, Optimisation& state);

/// All remaining steps; calls `keep` every 25 of them (may be empty), advances `progress` by one a step.
/// Errors: as Step; those of `keep`; kInterrupted.
Status Optimise(const inspect::AttackTarget& target, const Pictures& pictures, const OptimiseOptions& options,
                std::uint64_t key, int workers, Progress& progress,
                const std::function<Status(const Optimisation&)>& keep, Optimisation& state);

/// Value and gradient of the objective for one step's views; exposed for the numeric test.
/// gradient: [c, h, w], overwritten.
Result<double> Objective(const inspect::AttackTarget& target, const Pictures& pictures,
                         const OptimiseOptions& options, std::uint64_t key, int step, int workers,
                         const Sticker& sticker, std::span<float> gradient);

}  // namespace cupel::algorithm::physical
