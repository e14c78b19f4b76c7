// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pictures of this module for the report (docs/formats/report.md). Private to it.

#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::backdoor {

/// Most rows of pictures in one figure.
inline constexpr std::size_t kPicturedRows = 10;

/// True when samples can be drawn: [c, h, w] with one or three channels.
bool CanPicture(const data::dataset::DatasetInfo& info);

/// values: [channels, h, w] in the box (or, for a mask, one channel in [0, 1] with low 0 and high 1).
/// Errors: those of the PNG writer.
Result<Json> PictureCell(std::int64_t channels, const data::dataset::DatasetInfo& info,
                         std::span<const float> values, float low, float high, const check::Text& caption);

/// A sample in its box.
Result<Json> SampleCell(const data::dataset::DatasetInfo& info, std::span<const float> sample,
                        const check::Text& caption);

/// One bar a class. values: in the order of classes; at most 100 are shown. reference: a line.
Json ClassBars(const check::Text& title, const check::Text& value_label,
               const std::vector<std::string>& class_names, std::span<const check::Metric> values,
               std::optional<double> reference);

/// Name of a class in texts.
const std::string& ClassName(const data::dataset::DatasetInfo& info, std::int32_t label);

}  // namespace cupel::algorithm::backdoor
