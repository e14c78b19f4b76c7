// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/alarms.h"

#include <algorithm>
#include <limits>
#include <map>

#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::event {
namespace {

enum class Kind { kAlarm, kDuplicate, kFalse };

/// The stream of one category in one recording.
class Stream {
 public:
  Stream(const std::vector<Event>& events, std::vector<std::size_t> truths, const AlarmRules& rules)
      : events_(events), truths_(std::move(truths)), found_(truths_.size(), false), rules_(rules) {
    std::ranges::stable_sort(truths_, {}, [&](std::size_t i) { return events_[i].start; });
  }

  /// Takes alarms by rising time. `event`: set to the true event whose alarm it is.
  Kind Take(double time, std::size_t& event) {
    const double last = std::exchange(last_, time);
    bool within = false;
    for (std::size_t i = 0; i < truths_.size(); ++i) {
      const Event& truth = events_[truths_[i]];
      if (time < truth.start - rules_.early) break;
      if (time > truth.end + rules_.late) continue;
      within = true;
      if (found_[i]) continue;
      found_[i] = true;
      event = truths_[i];
      return Kind::kAlarm;
    }
    return within || time - last <= rules_.merge ? Kind::kDuplicate : Kind::kFalse;
  }

 private:
  const std::vector<Event>& events_;
  std::vector<std::size_t> truths_;
  std::vector<bool> found_;
  const AlarmRules& rules_;
  double last_ = -std::numeric_limits<double>::infinity();
};

}  // namespace

AlarmOutcome CountAlarms(const EventInput& input, const AlarmRules& rules) {
  AlarmOutcome outcome;
  outcome.by_source.resize(input.sources.size());
  outcome.truth_found.assign(input.truth.events.size(), false);
  outcome.answer_is_hit.assign(input.answers.events.size(), false);
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    AlarmCounts& counts = outcome.by_source[source];
    std::map<std::int32_t, std::vector<std::size_t>> truths;
    for (const std::size_t i : input.truth_of[source]) truths[input.truth.events[i].category].push_back(i);
    counts.events = static_cast<double>(input.truth_of[source].size());
    std::vector<std::size_t> alarms = input.answers_of[source];
    std::ranges::stable_sort(alarms, {}, [&](std::size_t i) { return input.answers.events[i].start; });
    counts.alarms = static_cast<double>(alarms.size());
    std::map<std::int32_t, Stream> streams;
    for (const std::size_t i : alarms) {
      const Event& alarm = input.answers.events[i];
      Stream& stream = streams.try_emplace(alarm.category, input.truth.events, truths[alarm.category], rules)
                           .first->second;
      std::size_t event = 0;
      const Kind kind = stream.Take(alarm.start, event);
      outcome.answer_is_hit[i] = kind != Kind::kFalse;
      if (kind == Kind::kFalse) counts.false_alarms += 1;
      if (kind == Kind::kDuplicate) counts.duplicates += 1;
      if (kind != Kind::kAlarm) continue;
      counts.alarmed += 1;
      outcome.truth_found[event] = true;
      counts.delays.push_back(alarm.start - input.truth.events[event].start);
    }
  }
  return outcome;
}

double DelayQuantile(const AlarmOutcome& outcome, std::span<const double> weights, double probability) {
  std::vector<double> delays;
  for (std::size_t source = 0; source < outcome.by_source.size(); ++source) {
    for (double drawn = 0; drawn < weights[source]; drawn += 1) {
      const std::vector<double>& own = outcome.by_source[source].delays;
      delays.insert(delays.end(), own.begin(), own.end());
    }
  }
  if (delays.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(delays);
  return stats::SortedQuantile(delays, probability);
}

}  // namespace cupel::algorithm::event
