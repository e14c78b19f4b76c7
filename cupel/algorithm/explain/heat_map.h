// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cells of `images` figures (docs/formats/report.md): inputs, and attributions as heat maps.

#include <span>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::explain {

/// Whether samples are pictures of one or three channels; a precondition of the functions below.
bool CanPicture(const std::vector<std::int64_t>& sample_shape);

/// Errors, here and below: those of the PNG writer.
Result<Json> InputCell(const data::dataset::DatasetInfo& info, std::span<const float> x);

/// Summed over channels: red speaks for the class, blue against it, white is none; the scale is the map's
/// own 99th percentile.
Result<Json> HeatMapCell(const data::dataset::DatasetInfo& info, const std::vector<double>& map);

/// The same as a file of one pixel a place.
Result<Bytes> HeatMapPng(const data::dataset::DatasetInfo& info, const std::vector<double>& map);

/// Plain grey, with the reason why no map stands here.
Result<Json> WithheldCell(const data::dataset::DatasetInfo& info, const check::Text& why);

}  // namespace cupel::algorithm::explain
