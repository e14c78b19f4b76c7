// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counting over a line: an event is one crossing at its start, its category the direction. Time is cut into
/// intervals; in each, recording by recording and direction by direction, the answered count is held against
/// the true one. Defined as the effectiveness of the AI City Challenge's counting track, without its cut at
/// 0.

#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

/// Of one recording and direction, summed over its intervals.
struct CountErrors {
  double intervals = 0;
  double absolute = 0;  ///< |answered - true|
  double relative = 0;  ///< |answered - true| / max(1, true)
  double squared = 0;
  double truths = 0;
  double answers = 0;
};

/// [source, categories]. A recording has ceil(duration / seconds) intervals; what lies beyond its duration is
/// in the last one. Errors: kInvalidArgument when a duration is not known, and for more than 2^26
/// intervals times directions in one recording.
Result<std::vector<CountErrors>> CompareCounts(const EventInput& input, double seconds);

}  // namespace cupel::algorithm::event
