// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures that a picture has for each class: how they are averaged, and their intervals.
///
/// The mean over the classes of a picture that have a value first, then over the pictures that have one
/// (MONAI's reduction "mean"). The unit of the bootstrap is the picture.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::segmentation {

struct ClassValues {
  std::vector<std::int32_t> classes;                       ///< Labels.
  std::vector<std::vector<std::optional<double>>> values;  ///< [n][c]
};

/// Of a single unit nothing can be resampled: a note says that there is no interval. Empty for more.
std::vector<check::Text> SingleUnitNote(std::size_t units);

/// Metrics `value` and, where there are several classes, "class.<label>" (mean over the pictures that have
/// the class). Classes and pictures without a value are left out, and a note counts such pictures. Errors:
/// kInvalidArgument when no picture has a value.
Result<scheme::Evaluation> AverageOverImages(std::string_view scheme, const ClassValues& values,
                                             const scheme::Options& options);

}  // namespace cupel::algorithm::segmentation
