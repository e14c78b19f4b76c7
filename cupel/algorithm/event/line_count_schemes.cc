// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/line_counts.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/tally_report.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

Result<scheme::Evaluation> LineCountError(const EventInput& input, const check::Parameters& parameters,
                                          const scheme::Options& options) {
  std::int64_t left_out = 0;
  const std::unique_ptr<EventInput> kept = AtThreshold(input, parameters.Real("threshold"), left_out);
  CUPEL_TRY(const std::vector<CountErrors> errors, CompareCounts(*kept, parameters.Real("interval")));
  const std::size_t c = kept->categories.size();
  if (c == 0) return Fail(ErrorCode::kInvalidArgument, "neither truth nor answers have a direction");
  /// Over one direction, or all of them from 0.
  const auto mean = [&](Weights weights, double CountErrors::* part, double CountErrors::* over,
                        std::size_t from, std::size_t to) {
    double sum = 0;
    double n = 0;
    for (std::size_t source = 0; source < weights.size(); ++source) {
      for (std::size_t i = from; i < to; ++i) {
        sum += weights[source] * (errors[source * c + i].*part);
        n += weights[source] * (errors[source * c + i].*over);
      }
    }
    return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
  };
  double intervals = 0;
  for (const CountErrors& error : errors) intervals += error.intervals;
  const auto n = static_cast<std::int64_t>(intervals);
  Findings findings(*kept, "line_count_error", options);
  const auto add = [&](std::string name, double CountErrors::* part, std::size_t from, std::size_t to) {
    findings.Add(
        std::move(name),
        [&, part, from, to](Weights weights) {
          return mean(weights, part, &CountErrors::intervals, from, to);
        },
        n);
  };
  add("value", &CountErrors::relative, 0, c);
  add("absolute_error", &CountErrors::absolute, 0, c);
  findings.Add(
      "root_mean_square_error",
      [&](Weights weights) {
        return std::sqrt(mean(weights, &CountErrors::squared, &CountErrors::intervals, 0, c));
      },
      n);
  findings.Add(
      "total_ratio",
      [&](Weights weights) { return mean(weights, &CountErrors::answers, &CountErrors::truths, 0, c); }, n);
  for (std::size_t i = 0; i < c; ++i) add("error." + kept->categories[i], &CountErrors::relative, i, i + 1);
  NoteLeftOut(left_out, findings);
  return std::move(findings).Take();
}

}  // namespace

Schemes LineCountSchemes() {
  return {{.id = "line_count_error",
           .row = "F21",
           .title = {"Error of counts over a line", "过线计数误差"},
           .definition = "mean over recordings, directions and intervals of |answered - true| / max(1, true)",
           .rules = {.matching = "an event is one crossing at its start; its category is the direction",
                     .ties = "a crossing on the border of two intervals is in the later one",
                     .empty = "an interval without a crossing has error |answered|",
                     .averaging = "every interval counts alike"},
           .reference = "definition of the AI City Challenge's counting effectiveness; worked by hand",
           .test = "LineCountsTest.AHandWorkedStreetGivesTheseErrors",
           .input = &EventFormat(),
           .parameters = {Real("interval", 60, 0.001, 1e9, "s", "length of an interval", "计数间隔"),
                          ThresholdSpec()},
           .higher_is_better = false,
           .unit = "",
           .evaluate = scheme::On<EventInput, LineCountError>}};
}

}  // namespace cupel::algorithm::event
