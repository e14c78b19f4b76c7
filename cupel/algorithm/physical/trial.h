// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A trial: how often a sticker reaches its goal under fresh physical conditions, and how often paper of the
/// same size does that has nothing printed on it that was optimised.
///
/// For every picture `conditions` are drawn from ReproducibleStream(seed, stream + ".trial", original index,
/// number), and under each of them the exact executor answers the picture alone, with the sticker, with a
/// grey sticker and with random ones (noise, drawn anew for each view): the same conditions, so the figures
/// can be compared. A sticker that only hides the object gains nothing over grey paper.
///
/// The draws are independent across pictures and conditions. Intervals take pictures for the unit: views of
/// one picture depend on each other.

#include <array>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/physical/optimise.h"

namespace cupel::algorithm::physical {

/// What is put in front of the camera.
enum class Dressing { kNothing, kSticker, kGrey, kRandom };
inline constexpr std::size_t kDressings = 4;

/// A view that reached the goal with the sticker, as the model saw it.
struct Sighting {
  std::int64_t number = 0;  ///< Of the condition.
  Condition condition;
  std::int32_t predicted = 0;
  double margin = 0;  ///< Exact, above `noise`.
  double noise = 0;
  std::vector<float> input;  ///< [d], in the data's unit; empty when not kept.
};

/// One picture's counts.
struct PictureTrial {
  std::int64_t original = 0;
  std::int64_t conditions = 0;
  std::array<std::int64_t, kDressings> reached{};  ///< Views that reached the goal.
  std::array<std::int64_t, kDressings> right{};    ///< Views answered as the label.
  std::vector<Sighting> sightings;                 ///< Of kSticker; at most the number wanted.

  Json ToJson() const;
  /// Errors: kCorrupt, kNotFound.
  static Result<PictureTrial> FromJson(const Json& json);
};

struct TrialOptions {
  std::int64_t conditions = 8;
  std::int64_t sightings = 1;  ///< Kept for each picture.
  std::int64_t first = 0;      ///< Number of the first condition.
};

/// picture: [d] in light. Errors: those of the target; kInvalidArgument when the model answers NaN.
Result<PictureTrial> RunTrial(const inspect::AttackTarget& target, std::span<const float> picture,
                              std::int64_t original, const inspect::Goal& goal, const Sticker& sticker,
                              const OptimiseOptions& how, const TrialOptions& options);

/// Which count of a trial a share is made of.
using TrialCount = std::int64_t (*)(const PictureTrial& trial);

/// Mean over pictures of the share of their views. The interval is Wilson's with pictures for trials, from
/// the sum of shares rounded outward: shares in [0, 1] vary no more than successes and failures do, so it is
/// conservative, and it stays honest at 0 and 1, where a bootstrap has no width. Method
/// "wilson, pictures as trials".
check::Metric ClusteredShare(std::string name, std::span<const PictureTrial> trials, TrialCount count,
                             double level = 0.95);

/// a - b with the interval from the ends of both at (1 + level) / 2 each (Bonferroni): conservative.
check::Metric ClusteredGain(std::string name, std::span<const PictureTrial> trials, TrialCount a,
                            TrialCount b, double level = 0.95);

}  // namespace cupel::algorithm::physical
