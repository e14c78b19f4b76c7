// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Polygons to masks, pixel for pixel as COCO draws them; most of its annotations are polygons.
///
/// The outline is walked on a grid five times finer; where it crosses the middle of a column, the column
/// turns from 0 to 1 or back. Self-crossing polygons are therefore filled by the even-odd rule. What lies
/// outside the picture is cut off.
///
/// Source: cocoapi `common/maskApi.c`, rleFrPoly and rleMerge.

#include <cstdint>
#include <span>

#include "cupel/data/annotation/mask.h"

namespace cupel::data::annotation {

/// Largest coordinate, either way.
inline constexpr double kMaxPolygonCoordinate = 1e5;

/// Longest outline that is drawn, in fifths of a pixel.
inline constexpr std::int64_t kMaxPolygonSteps = std::int64_t{1} << 28;

/// corners: x, y of each, in pixels. Fewer than three give a mask that is empty or nearly so, as there.
/// Errors: kCorrupt for an odd number of coordinates, none, or one that is not finite or beyond
/// kMaxPolygonCoordinate; kResourceLimit for an outline beyond kMaxPolygonSteps or a mask beyond
/// kMaxMaskPixels.
Result<Mask> MaskFromPolygon(std::int64_t height, std::int64_t width, std::span<const double> corners);

/// What is in any of them. Preconditions: at least one, equal sizes.
Mask MaskUnion(std::span<const Mask> masks);

}  // namespace cupel::data::annotation
