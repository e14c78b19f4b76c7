// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The work of inspect.physical on a target: which pictures it uses, the stickers it makes, the trials it
/// holds. The check itself wraps a classifier.
///
/// patch: one sticker for all pictures, made on a share of them and tried on the others (held out). mask: a
/// sticker of its own for each picture, tried on that picture under conditions it was not made with.
///
/// Finished stickers and trials are kept in the journal; so is the patch every 25 steps.

#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/physical/trial.h"

namespace cupel::algorithm::physical {

struct PhysicalPlan {
  OptimiseOptions optimise;
  TrialOptions trial;
  Outline outline = Outline::kSquare;
  std::int64_t resolution = 0;     ///< Sticker pixels a side; 0: as many as it covers on the picture.
  std::int64_t target_class = -1;  ///< -1: any wrong answer.
  std::int64_t samples = 0;        ///< First so many of the data set; 0: all.
  double training_share = 0.5;     ///< patch: of the pictures, for making it.
};

struct PhysicalRun {
  std::vector<Sticker> stickers;     ///< One, or one for each trial (mask).
  std::vector<PictureTrial> trials;  ///< Rising in original index.
  std::vector<std::int64_t> index;   ///< Of each trial's picture, in the data set.
  std::vector<inspect::Goal> goals;  ///< Of each trial.
  std::vector<bool> counted;         ///< Answered rightly without a sticker, and not of the target class.
  std::int64_t made_on = 0;          ///< Pictures that a patch was made on.

  bool PerPicture() const { return stickers.size() > 1 || (stickers.size() == 1 && made_on == 0); }
};

/// Errors: those of Optimise, RunTrial, the data set and the journal; kInvalidArgument when no picture is
/// left to make the patch on, or to try it on.
Result<PhysicalRun> RunPhysical(const inspect::AttackTarget& target, const PhysicalPlan& plan,
                                const check::Context& context);

/// Features of one sample in light, [d]. Errors: those of the data set.
Result<std::vector<float>> ReadLight(const data::dataset::Dataset& data, std::int64_t index);

}  // namespace cupel::algorithm::physical
