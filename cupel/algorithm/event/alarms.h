// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the person at the screen sees: alarms. An answer is an alarm at its start.
///
/// In each recording and category alarms are taken by time. An alarm from `early` seconds before a true event
/// begins until `late` seconds after it ends belongs to it: to the first such event without an alarm, whose
/// alarm it then is; else, when all of them have one, it is a duplicate. Any other alarm within `merge`
/// seconds after the previous alarm, of whatever kind, is a duplicate too; else it is a false alarm.
/// Defined by Cupel (catalogue F17).

#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct AlarmRules {
  double early = 0;
  double late = 0;
  double merge = 30;
};

struct AlarmCounts {
  double events = 0;
  double alarmed = 0;
  double alarms = 0;
  double duplicates = 0;
  double false_alarms = 0;
  std::vector<double> delays;  ///< Seconds from a true event's start to its alarm, of the alarmed ones.
};

struct AlarmOutcome {
  std::vector<AlarmCounts> by_source;  ///< [source]
  std::vector<bool> truth_found;       ///< [truth.events]
  std::vector<bool> answer_is_hit;     ///< [answers.events]; a duplicate is no false alarm and counts as hit.
};

AlarmOutcome CountAlarms(const EventInput& input, const AlarmRules& rules);

/// Quantile (type 7) of delays in recordings weighted by how often they were drawn; NaN without any.
double DelayQuantile(const AlarmOutcome& outcome, std::span<const double> weights, double probability);

}  // namespace cupel::algorithm::event
