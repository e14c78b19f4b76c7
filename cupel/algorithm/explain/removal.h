// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Deletion and insertion: does the model's confidence follow the order of importance that an attribution
/// claims?
///
/// Deletion replaces pixels by the baseline, most important first, and follows the probability of the class;
/// a faithful map makes it fall fast (small area). Insertion starts from the baseline and adds pixels (large
/// area). Areas mean nothing alone: the reported figure is the paired difference to random orders on the same
/// inputs. Source: Petsiuk, Das, Saenko: RISE, BMVC 2018.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/explain/explained_model.h"

namespace cupel::algorithm::explain {

/// The softmax probability of a class. logits: [class_count].
double ClassProbability(std::span<const float> logits, std::int32_t target_class);

/// Places of a sample in falling order of attribution, summed over channels for pictures; ties by place.
/// attribution: [d].
std::vector<std::int64_t> ImportanceOrder(std::span<const double> attribution,
                                          const std::vector<std::int64_t>& sample_shape);

struct RemovalCurves {
  std::vector<double> deletion;   ///< [stages + 1], probability of the class after 0, 1, ... stages.
  std::vector<double> insertion;  ///< [stages + 1]
};

/// order: places, [h * w] of a picture or [d]. stages >= 1; a stage changes an equal share of the places.
Result<RemovalCurves> FollowOrder(const ExplainedModel& model, std::span<const float> x,
                                  std::span<const float> baseline, std::span<const std::int64_t> order,
                                  std::int32_t target_class, std::int64_t stages);

/// Area under a curve over [0, 1] by the trapezoid rule. Precondition: two points or more.
double Area(std::span<const double> curve);

}  // namespace cupel::algorithm::explain
