// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Average precision of turned boxes (catalogue D09), as the DOTA devkit computes it.

#include "cupel/algorithm/detection/overlap.h"

namespace cupel::algorithm::detection {

struct RotatedBoxes : scheme::Input {
  Annotations truth;                   ///< Boxes are the hulls of the corners.
  std::vector<Quadrilateral> corners;  ///< Of every object of the truth.
  std::vector<Object> found;
  std::vector<Quadrilateral> found_corners;
  std::int64_t size() const override { return static_cast<std::int64_t>(truth.sources.size()); }
};

/// "rotated-boxes": two CSV files with four corners a row.
extern const scheme::InputFormat kRotatedBoxes;

Result<scheme::Evaluation> RotatedAp(const RotatedBoxes& input, const check::Parameters& parameters,
                                     const scheme::Options& options);

std::vector<scheme::Scheme> RotatedSchemes();

}  // namespace cupel::algorithm::detection
