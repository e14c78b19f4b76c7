// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the trials of inspect.physical to what the check reports.
///
/// A witness is an object {sample, label, target, predicted, number, condition, margin, noise, stored}: a
/// view that reached the goal, `number` the condition's, `stored` the row of the artifact "physical-views"
/// (NPY, float32, [rows, ...sample_shape]) that holds it as the model saw it, or null when the artifact was
/// full.

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/physical/physical_run.h"

namespace cupel::algorithm::physical {

inline constexpr std::string_view kViewsArtifact = "physical-views";
inline constexpr std::string_view kStickerArtifact = "sticker";

std::vector<check::MetricSpec> PhysicalMetrics();

/// stored: most views kept. Errors: those of the data set and of the PNG writer.
Result<check::CheckResult> PhysicalResult(const PhysicalRun& run, const PhysicalPlan& plan,
                                          const check::Context& context, std::int64_t stored);

/// Evaluates every stored view again with the exact executor and renders it anew from the sticker's PNG and
/// the condition's draws: the answer must reach the goal by more than the noise, and the view must be the
/// stored one bit for bit. plan: the check's. Returns how many were checked; views of a mask are not rendered
/// anew beyond the stickers that are stored. Errors: kVerificationFailed naming the first sample for which
/// this is false; kCorrupt, kNotFound; those of the target and the data set.
Result<std::int64_t> VerifyViews(const inspect::AttackTarget& target, const PhysicalPlan& plan,
                                 const data::dataset::Dataset& data, const check::CheckResult& result);

}  // namespace cupel::algorithm::physical
