// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Boundary IoU: the IoU of the pixels of two masks that lie near their borders. On large objects it sees
/// errors that the plain IoU forgives.
///
/// A mask's boundary region is what `distance` erosions by a square of 3 x 3 pixels take away; outside the
/// picture counts as outside the mask. distance = max(1, round(ratio x diagonal of the picture)), half to
/// even.
///
/// Source: Cheng et al. 2021; boundary-iou-api `boundary_utils.py`, `mask_to_boundary`.

#include <cstdint>
#include <optional>
#include <vector>

#include "cupel/algorithm/segmentation/surface.h"

namespace cupel::algorithm::segmentation {

/// ratio: > 0 (0.02 in the paper).
std::int64_t BoundaryDistance(std::int64_t height, std::int64_t width, double ratio);

/// [h, w], the boundary region. Precondition: a plane grid, distance >= 1. O(pixels).
std::vector<std::uint8_t> BoundaryRegion(const Grid& mask, std::int64_t distance);

/// No value when both masks are empty. Precondition: plane grids of equal size.
std::optional<double> BoundaryIou(const Grid& truth, const Grid& answer, double ratio);

}  // namespace cupel::algorithm::segmentation
