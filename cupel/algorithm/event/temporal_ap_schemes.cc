// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/temporal_ap.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

/// Mean over thresholds of the mean over categories.
double AverageMap(const TemporalMatches& matches, Weights weights) {
  double sum = 0;
  for (std::size_t i = 0; i < matches.thresholds.size(); ++i)
    sum += MeanAveragePrecision(matches, i, weights);
  return sum / static_cast<double>(matches.thresholds.size());
}

Result<scheme::Evaluation> TemporalMap(const EventInput& input, const check::Parameters& parameters,
                                       const scheme::Options& options) {
  if (input.truth.events.empty()) return Fail(ErrorCode::kInvalidArgument, "the truth has no event");
  const TemporalMatches matches = MatchInTime(input, parameters.Reals("thresholds"));
  const auto n = static_cast<std::int64_t>(input.truth.events.size());
  Findings findings(input, "temporal_map", options);
  findings.Add("value", [&](Weights weights) { return AverageMap(matches, weights); }, n);
  std::vector<std::string> labels;
  std::vector<double> values;
  const std::vector<double> all(input.sources.size(), 1.0);
  for (std::size_t i = 0; i < matches.thresholds.size(); ++i) {
    labels.push_back(fmt::format("{:.4g}", matches.thresholds[i]));
    values.push_back(MeanAveragePrecision(matches, i, all));
    findings.Add(
        "map." + labels.back(), [&, i](Weights weights) { return MeanAveragePrecision(matches, i, weights); },
        n);
  }
  for (std::size_t k = 0; k < matches.categories.size(); ++k) {
    findings.Add(
        "ap." + input.categories[matches.categories[k]],
        [&, k](Weights weights) {
          double sum = 0;
          for (std::size_t i = 0; i < matches.thresholds.size(); ++i) {
            sum += AveragePrecision(matches.ranked[k], i, weights);
          }
          return sum / static_cast<double>(matches.thresholds.size());
        },
        n);
  }
  findings.AddFigure(
      BarsFigure({"Mean average precision by temporal IoU", "各时间 IoU 的 mAP"}, labels, values));
  return std::move(findings).Take();
}

check::ParameterSpec ThresholdsSpec() {
  check::ParameterSpec spec;
  spec.name = "thresholds";
  spec.type = check::ParameterType::kRealList;
  spec.fallback = Json::Array{0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95};
  spec.low = 0.001;
  spec.high = 1;
  spec.meaning = {"temporal intersection over union", "时间交并比"};
  return spec;
}

}  // namespace

Schemes TemporalApSchemes() {
  return {
      {.id = "temporal_map",
       .row = "F07",
       .title = {"Mean average precision of events in time", "时间事件的平均精度均值"},
       .definition = "mean over categories and temporal IoU thresholds of interpolated average precision",
       .rules = {.matching = "answers by falling score; each takes the free true event of its recording and "
                             "category with the largest IoU, if that reaches the threshold",
                 .ties = "equal scores: the later in the file first",
                 .empty = "a category without a true event is not evaluated; without an answer AP = 0",
                 .averaging = "mean over categories, then over thresholds"},
       .reference = "ActivityNet eval_detection.py",
       .test = "TemporalApTest.AgreesWithActivityNet",
       .input = &EventFormat(),
       .parameters = {ThresholdsSpec()},
       .unit = "",
       .evaluate = scheme::On<EventInput, TemporalMap>}};
}

}  // namespace cupel::algorithm::event
