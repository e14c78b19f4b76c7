// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Segment-based evaluation: time is cut into segments of one length, and in each segment every category is
/// there or not. An event touches the segments from floor(start / r) to ceil(end / r). Equal to sed_eval's
/// SegmentBasedMetrics; computed on the borders of events, so neither time nor memory depends on r.

#include "cupel/algorithm/event/tally.h"

namespace cupel::algorithm::event {

struct SegmentRules {
  double resolution = 1.0;  ///< Seconds a segment.
  /// How long a recording is: true: its duration, and what lies beyond is cut off; false: up to the last
  /// event of truth or answers. Only accuracies depend on it (and cut-off events).
  bool by_duration = false;
};

/// Errors: kInvalidArgument when durations are asked for and one is not known, and for times of more than
/// 2^52 segments.
Result<Tally> TallySegments(const EventInput& input, const SegmentRules& rules);

}  // namespace cupel::algorithm::event
