// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Distances between the borders of a class in the truth and in the answer.
///
/// Two definitions of a border are in use, and their figures differ (`BorderMode`):
///   kPixels   pixels of the class with a neighbour (4 in the plane, 6 in a volume) outside it; outside the
///             picture counts as outside the class; every border pixel weighs the same. MONAI's default.
///   kContour  corners between pixels at which both sides meet, each weighing the length of the contour that
///             passes there (marching squares). DeepMind's surface-distance. Plane pictures only.
///
/// Distances are Euclidean, exact, in units of `spacing`. Hausdorff at a percentile: in each direction on its
/// own, then the larger; kPixels interpolates linearly between order statistics (torch.quantile), kContour
/// takes the first distance at which the summed length reaches the percentile.
///
/// Sources: MONAI `metrics/utils.py`; surface-distance `metrics.py`; Felzenszwalb and Huttenlocher 2012 for
/// the distance transform.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/segmentation/label_map.h"

namespace cupel::algorithm::segmentation {

enum class BorderMode { kPixels, kContour };

/// Millimetres of a step along depth, height, width.
struct Spacing {
  double depth = 1;
  double height = 1;
  double width = 1;
};

/// Sizes of a grid, and which of its points are meant.
struct Grid {
  std::int64_t depth = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> set;  ///< [d, h, w], 0 or 1.
};

/// The pixels of a label.
Grid PixelsOf(const LabelMap& map, std::int32_t label);

/// Squared distance of every point to the nearest set one; infinity when none is set. O(points).
std::vector<double> SquaredDistances(const Grid& grid, const Spacing& spacing);

/// From every border point of one side to the nearest of the other, rising, with what each weighs. Both
/// empty: that side has no border. Distances are infinite when the other side has none.
struct BorderDistances {
  std::vector<double> from_truth, from_answer;
  std::vector<double> truth_weight, answer_weight;
};

/// Precondition: plane grids of equal size for kContour, grids of equal size for kPixels.
BorderDistances MeasureBorders(const Grid& truth, const Grid& answer, const Spacing& spacing,
                               BorderMode mode);

/// percentile: in (0, 100]; 100 is the Hausdorff distance. Precondition, here and below: at least one side
/// has a border.
double Hausdorff(const BorderDistances& distances, double percentile, BorderMode mode);

/// Average symmetric surface distance: the weighted mean over both directions together.
double AverageDistance(const BorderDistances& distances);

/// Normalised surface Dice: the share of both borders that is at most `tolerance` from the other.
double SurfaceDice(const BorderDistances& distances, double tolerance);

}  // namespace cupel::algorithm::segmentation
