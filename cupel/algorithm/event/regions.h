// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where an anomaly is, frame by frame: region-based and track-based detection.
///
/// A true region is detected at a threshold when an answered box of its frame with at least that score
/// overlaps it with intersection over union of at least `region_iou`; a track when at least `track_share` of
/// its regions are. An answered box that overlaps no true region of its frame that much is a false positive;
/// the false positive rate is their number per frame. The score is the area under the detection rate from 0
/// to 1 false positive a frame, by trapezes, flat beyond the last threshold.
/// Source: Ramachandra and Jones, "Street Scene", WACV 2020, section 4.

#include <span>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct RegionRules {
  double region_iou = 0.1;
  double track_share = 0.1;
};

/// What turns up as the threshold falls, by falling score.
struct RegionTurn {
  double score = 0;
  std::uint32_t source = 0;
  enum class Kind : std::uint8_t { kRegion, kTrack, kFalse } kind = Kind::kFalse;
};

struct RegionOutcome {
  std::vector<RegionTurn> turns;
  std::vector<double> regions;  ///< [source]
  std::vector<double> tracks;   ///< [source]
  std::vector<double> frames;   ///< [source]
};

/// Categories are not told apart: an anomaly is an anomaly. True boxes without a track are regions only;
/// ignored boxes are neither.
/// Errors: kInvalidArgument when the truth has no box or a recording's number of frames is not known.
Result<RegionOutcome> MatchRegions(const EventInput& input, const RegionRules& rules);

struct RegionCurve {
  std::vector<double> fpr;   ///< False positives a frame, rising from 0.
  std::vector<double> rate;  ///< Of regions or tracks detected.
  double area = 0;           ///< Up to 1 false positive a frame; NaN without a region or track.
};

RegionCurve CurveOf(const RegionOutcome& outcome, RegionTurn::Kind kind, std::span<const double> weights);

}  // namespace cupel::algorithm::event
