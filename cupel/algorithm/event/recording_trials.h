// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Detection as a decision for every recording and category: does the recording show it? The trial's score is
/// the largest of the category's answers there; a trial without an answer lies below every score.
///
/// DET curve and detection cost as NIST evaluations define them:
/// C = C_miss P_target P_miss + C_fa (1 - P_target) P_fa, normalised by the better of the two decisions that
/// look at nothing. Source: NIST 2008 speaker recognition evaluation plan, section 3.

#include <span>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct Trial {
  double score = 0;
  std::uint32_t source = 0;
  bool target = false;
};

/// By falling score.
std::vector<Trial> RecordingTrials(const EventInput& input);

struct CostModel {
  double miss = 10;
  double false_alarm = 1;
  double target_prior = 0.01;
};

struct DetPoint {
  double score = 0;  ///< Answers of at least this score say yes; +infinity at the first point.
  double miss_prob = 1;
  double false_alarm_prob = 0;
};

/// From (miss 1, false alarm 0) on, one point a distinct score. Empty without a target or without a
/// non-target trial of weight.
std::vector<DetPoint> DetCurve(std::span<const Trial> trials, std::span<const double> weights);

/// Normalised cost of one point.
double DetectionCost(const DetPoint& point, const CostModel& model);

/// Least cost of all points; NaN for an empty curve.
double LeastCost(std::span<const DetPoint> curve, const CostModel& model);

/// Cost of deciding yes at `threshold` and above; NaN for an empty curve.
double CostAt(std::span<const DetPoint> curve, double threshold, const CostModel& model);

}  // namespace cupel::algorithm::event
