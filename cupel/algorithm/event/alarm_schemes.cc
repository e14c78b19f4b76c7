// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "cupel/algorithm/event/alarms.h"
#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/tally_report.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

AlarmRules RulesOf(const check::Parameters& parameters) {
  return {
      .early = parameters.Real("early"), .late = parameters.Real("late"), .merge = parameters.Real("merge")};
}

double Sum(const AlarmOutcome& outcome, Weights weights, double AlarmCounts::* part) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * outcome.by_source[i].*part;
  return sum;
}

double Share(double part, double whole) {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

Result<scheme::Evaluation> AlarmRate(const EventInput& input, const check::Parameters& parameters,
                                     const scheme::Options& options) {
  CUPEL_TRY(const std::vector<double> durations, Durations(input));
  std::int64_t left_out = 0;
  const std::unique_ptr<EventInput> kept = AtThreshold(input, parameters.Real("threshold"), left_out);
  const AlarmOutcome outcome = CountAlarms(*kept, RulesOf(parameters));
  const auto an_hour = [&](Weights weights, double AlarmCounts::* part) {
    double hours = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) hours += weights[i] * durations[i] / 3600;
    return Share(Sum(outcome, weights, part), hours);
  };
  const auto alarms = static_cast<std::int64_t>(kept->answers.events.size());
  Findings findings(*kept, "false_alarms_per_hour", options);
  findings.Add(
      "value", [&](Weights weights) { return an_hour(weights, &AlarmCounts::false_alarms); }, alarms);
  findings.Add(
      "alarms_per_hour", [&](Weights weights) { return an_hour(weights, &AlarmCounts::alarms); }, alarms);
  findings.Add(
      "duplicate_share",
      [&](Weights weights) {
        return Share(Sum(outcome, weights, &AlarmCounts::duplicates),
                     Sum(outcome, weights, &AlarmCounts::alarms));
      },
      alarms);
  findings.Add(
      "events_alarmed",
      [&](Weights weights) {
        return Share(Sum(outcome, weights, &AlarmCounts::alarmed),
                     Sum(outcome, weights, &AlarmCounts::events));
      },
      static_cast<std::int64_t>(kept->truth.events.size()));
  findings.AddFigure(Timeline(*kept, outcome.truth_found, outcome.answer_is_hit));
  NoteLeftOut(left_out, findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> AlarmDelay(const EventInput& input, const check::Parameters& parameters,
                                      const scheme::Options& options) {
  std::int64_t left_out = 0;
  const std::unique_ptr<EventInput> kept = AtThreshold(input, parameters.Real("threshold"), left_out);
  const AlarmOutcome outcome = CountAlarms(*kept, RulesOf(parameters));
  std::int64_t n = 0;
  for (const AlarmCounts& counts : outcome.by_source) n += static_cast<std::int64_t>(counts.delays.size());
  Findings findings(*kept, "alarm_delay", options);
  findings.Add(
      "value",
      [&](Weights weights) {
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
          for (const double delay : outcome.by_source[i].delays) sum += weights[i] * delay;
        }
        return Share(sum, Sum(outcome, weights, &AlarmCounts::alarmed));
      },
      n);
  findings.Add("p50", [&](Weights weights) { return DelayQuantile(outcome, weights, 0.5); }, n);
  findings.Add("p95", [&](Weights weights) { return DelayQuantile(outcome, weights, 0.95); }, n);
  findings.AddNote("Delays are of the events that raised an alarm; read them with the share that did.",
                   "时延仅统计已报警的事件，须与报警率一并解读。");
  NoteLeftOut(left_out, findings);
  return std::move(findings).Take();
}

std::vector<check::ParameterSpec> Parameters() {
  return {Real("early", 0, 0, 86400, "s", "before a true event begins an alarm is still its own",
               "事件开始前仍算其报警的时长"),
          Real("late", 0, 0, 86400, "s", "after a true event ends an alarm is still its own",
               "事件结束后仍算其报警的时长"),
          Real("merge", 30, 0, 86400, "s", "after an alarm another one is a duplicate", "重复报警合并窗口"),
          ThresholdSpec()};
}

constexpr scheme::Rules kRules = {
    .matching =
        "an alarm belongs to the first true event of its category that is on and has none; further "
        "alarms there, or within the merge window of the last alarm, are duplicates and no false alarms",
    .ties = "equal times in the order of the file",
    .empty = "0/0 does not exist",
    .averaging = "all recordings together"};

}  // namespace

Schemes AlarmSchemes() {
  return {{.id = "false_alarms_per_hour",
           .row = "F17",
           .title = {"False alarms a camera-hour", "每摄像机小时误报数"},
           .definition = "alarms that belong to no event and duplicate none, over hours of all recordings",
           .rules = kRules,
           .reference = "defined by Cupel; worked by hand",
           .test = "AlarmsTest.AHandWorkedShiftGivesTheseCounts",
           .input = &EventFormat(),
           .parameters = Parameters(),
           .higher_is_better = false,
           .unit = "an hour",
           .evaluate = scheme::On<EventInput, AlarmRate>},
          {.id = "alarm_delay",
           .row = "F17",
           .title = {"Delay of the first alarm", "首次报警时延"},
           .definition = "mean, median and 95th percentile of seconds from an event's start to its alarm",
           .rules = kRules,
           .reference = "defined by Cupel; worked by hand",
           .test = "AlarmsTest.DelaysAreFromTheEventsStart",
           .input = &EventFormat(),
           .parameters = Parameters(),
           .higher_is_better = false,
           .unit = "s",
           .evaluate = scheme::On<EventInput, AlarmDelay>}};
}

}  // namespace cupel::algorithm::event
