// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much two regions overlap: boxes, and convex quadrilaterals (boxes that are turned).
///
/// Boxes are continuous: the right edge is x + w. A box of whole pixels first..last is {first, first', last -
/// first + 1, ...}, and then these are the numbers of the "+1" implementations (VOC) too.

#include <array>

#include "cupel/algorithm/detection/detections.h"

namespace cupel::algorithm::detection {

/// Width times height of the common part; 0 when they do not meet.
double IntersectionArea(const Box& a, const Box& b);

/// Intersection over union in [0, 1]; 0 when they do not meet, whatever their areas.
double Iou(const Box& a, const Box& b);

/// Share of `found` that lies in `region`: the overlap with a crowd (COCO) or an ignored region (Caltech).
double ShareInside(const Box& found, const Box& region);

/// Generalised IoU (Rezatofighi et al. 2019), in (-1, 1]: IoU less the share of the common hull that neither
/// covers.
double GeneralizedIou(const Box& a, const Box& b);

/// Distance IoU (Zheng et al. 2020): IoU less (distance of the centres / diagonal of the hull)^2.
double DistanceIou(const Box& a, const Box& b);

/// Complete IoU (Zheng et al. 2020): DistanceIou less alpha v, where v compares the aspect ratios of `found`
/// and `truth`. With torchvision's constant 1e-7 beside each denominator, here and in DistanceIou.
double CompleteIou(const Box& found, const Box& truth);

struct Point {
  double x = 0;
  double y = 0;
};

/// The corners in order, either way round. Must be convex.
using Quadrilateral = std::array<Point, 4>;

double Area(const Quadrilateral& corners);

/// Intersection over union, by clipping (Sutherland and Hodgman 1974); 0 when a quadrilateral has no area.
double Iou(const Quadrilateral& a, const Quadrilateral& b);

/// Whether all turns go the same way, and there is an area.
bool IsConvex(const Quadrilateral& corners);

}  // namespace cupel::algorithm::detection
