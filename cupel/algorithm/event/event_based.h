// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Event-based evaluation: an answer is right when a true event of its category begins, and if asked ends,
/// close enough to it. One answer for one true event. Equal to sed_eval's EventBasedMetrics.

#include <vector>

#include "cupel/algorithm/event/tally.h"

namespace cupel::algorithm::event {

struct EventRules {
  double collar = 0.2;        ///< Seconds between onsets, and the least between offsets.
  double offset_share = 0.5;  ///< Of the true event's length: offsets within max(collar, share * length).
  bool offsets = true;        ///< False: onset only.
  bool greedy = false;        ///< False: the largest matching.
};

struct EventMatch {
  Tally tally;
  std::vector<bool> truth_found;    ///< [truth.events]
  std::vector<bool> answer_is_hit;  ///< [answers.events]
};

EventMatch MatchEvents(const EventInput& input, const EventRules& rules);

}  // namespace cupel::algorithm::event
