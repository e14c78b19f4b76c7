// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Objects in video by confidence (ActEV 18 AOD and AODT): what a threshold on the score of a box trades.
///
///     MODE = (cost_miss misses + cost_fa false alarms) / boxes of the truth
///     MOTE = MODE + cost_switch switches / boxes of the truth
///     minMODE, minMOTE: the smallest over the scores that occur
///     PMiss @ RFA: share of the truth missed where there are that many false alarms a frame
///
/// Matching: once, an assignment a frame over pairs with IoU > overlap, maximal in the sum of 1 + 1e-8 IoU +
/// 1e-6 (score - lowest) / range of scores, which is first of all the number of pairs. A match whose score is
/// below the threshold is a miss. A switch is a matched truth whose match before, among those at the
/// threshold, was another track. PMiss between two thresholds is interpolated linearly in RFA; 1 before the
/// first, and the last one's beyond.
///
/// Here the objects are those of whole videos; the scorer measures them within aligned activities.
/// Source: NIST ActEV_Scorer, `lib/metrics.py`, `lib/actev_kernel_components.py`,
/// `_object_tracking_congruence`.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cupel/algorithm/tracking/sequence.h"

namespace cupel::algorithm::tracking {

struct ObjectCosts {
  double miss = 1;
  double false_alarm = 1;
  double id_switch = 1;
};

/// What changes when the threshold falls to a box's score.
struct ScoredStep {
  double score = 0;
  std::int32_t unit = 0;
  double correct = 0;
  double false_alarms = 0;
  double id_switches = 0;
};

struct ObjectSweep {
  std::vector<ScoredStep> steps;  ///< By falling score.
  std::vector<double> truth;      ///< [units], boxes.
  std::vector<double> frames;     ///< [units]
};

/// One operating point.
struct ObjectPoint {
  double threshold = 0;
  double mode = 0;
  double mote = 0;
  double p_miss = 0;
  double false_alarms_per_frame = 0;
};

/// blocks: of each sequence (units.h). overlap: in [0, 1).
ObjectSweep SweepObjects(std::span<const Sequence> sequences, double overlap, std::int64_t blocks);

/// A point a score, by falling threshold. weights: [units]. Empty when the weighted truth is.
std::vector<ObjectPoint> ObjectPoints(const ObjectSweep& sweep, std::span<const double> weights,
                                      const ObjectCosts& costs);

/// PMiss at that many false alarms a frame. 1 without points.
double MissAtFalseAlarms(std::span<const ObjectPoint> points, double false_alarms_per_frame);

}  // namespace cupel::algorithm::tracking
