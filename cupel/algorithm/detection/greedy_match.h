// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Greedy matching in the order of scores, as COCO (cocoeval.py, evaluateImg) and the Caltech pedestrian
/// toolbox (bbGt.m, evalRes) do it.
///
/// Within a class and an image: detections by falling score (ties: order of the file), the first
/// `max_detections` of them; each takes the object with the largest overlap >= threshold that no better
/// detection took (ties: the last of the file). Objects that count are preferred to ignored ones, whatever
/// the overlap. A detection that takes an ignored object is ignored; a crowd can be taken often, and the
/// overlap with it is the share of the detection inside. Where sizes are limited, objects outside the range
/// are ignored, and so are detections outside it that took nothing.

#include <cstdint>
#include <functional>
#include <vector>

#include "cupel/algorithm/detection/detections.h"
#include "cupel/algorithm/detection/ranking.h"

namespace cupel::algorithm::detection {

struct GreedyRules {
  std::vector<double> thresholds = {0.5};  ///< Overlaps in (0, 1], rising; at most 16: the bits of a Ranking.
  double min_area = 0;                     ///< Pixels, both ends included.
  double max_area = 1e10;
  std::int64_t max_detections = 100;  ///< Of one class in one image, >= 1.
  bool heed_ignore = true;            ///< Object::ignore; pycocotools reads it and overwrites it.
  /// Any ignored object is a region that may be taken often, by share of the detection (Caltech).
  bool ignored_are_regions = false;
  /// pycocotools marks a match by the object's id, so that a detection of an object with id 0 counts as
  /// wrong.
  bool id_zero_is_no_match = false;
  /// If set: called for each detection that found an object, at the first threshold.
  std::function<void(const Object& found, const Object& object)> on_right{};
};

/// One ranking a class.
std::vector<Ranking> MatchGreedily(const Detections& detections, const GreedyRules& rules);

}  // namespace cupel::algorithm::detection
