// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/recording_trials.h"
#include "cupel/algorithm/event/schemes.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

Result<scheme::Evaluation> RecordingDetectionCost(const EventInput& input,
                                                  const check::Parameters& parameters,
                                                  const scheme::Options& options) {
  const std::vector<Trial> trials = RecordingTrials(input);
  const CostModel model{.miss = parameters.Real("cost_miss"),
                        .false_alarm = parameters.Real("cost_false"),
                        .target_prior = parameters.Real("prior")};
  const double threshold = parameters.Real("threshold");
  const auto n = static_cast<std::int64_t>(trials.size());
  const std::vector<DetPoint> curve = DetCurve(trials, std::vector<double>(input.sources.size(), 1.0));
  if (curve.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "every recording shows every category, or none shows any", "",
                "detection cost needs trials of both kinds");
  }
  Findings findings(input, "recording_detection_cost", options);
  findings.Add("value", [&](Weights weights) { return LeastCost(DetCurve(trials, weights), model); }, n);
  findings.Add(
      "actual", [&](Weights weights) { return CostAt(DetCurve(trials, weights), threshold, model); }, n);
  std::vector<double> false_alarms;
  std::vector<double> misses;
  for (const DetPoint& point : curve) {
    false_alarms.push_back(point.false_alarm_prob);
    misses.push_back(point.miss_prob);
  }
  findings.AddFigure(CurveFigure({"Detection error trade-off", "检测错误权衡曲线 DET"}, "DET",
                                 {"false alarm probability", "误报概率"}, {"miss probability", "漏检概率"},
                                 false_alarms, misses));
  return std::move(findings).Take();
}

}  // namespace

Schemes TrialSchemes() {
  return {
      {.id = "recording_detection_cost",
       .row = "F12",
       .title = {"Least and actual detection cost", "最小与实际检测代价"},
       .definition = "min over thresholds of (C_miss P_t P_miss + C_fa (1 - P_t) P_fa) / min(C_miss P_t, "
                     "C_fa (1 - P_t))",
       .rules = {.matching = "a trial is a recording and a category; its score is the largest of its answers",
                 .ties = "equal scores pass the threshold together",
                 .empty = "a trial without an answer lies below every score",
                 .averaging = "all trials together"},
       .reference = "scikit-learn det_curve and the cost of NIST's 2008 speaker recognition plan",
       .test = "RecordingTrialsTest.LeastCostAgreesWithScikitLearn",
       .input = &EventFormat(),
       .parameters = {Real("cost_miss", 10, 0.000001, 1e9, "", "cost of a miss", "漏检代价"),
                      Real("cost_false", 1, 0.000001, 1e9, "", "cost of a false alarm", "误报代价"),
                      Real("prior", 0.01, 0.000001, 0.999999, "", "prior of a target", "目标先验概率"),
                      Real("threshold", 0.5, 0, 0, "", "decision of the actual cost", "实际代价的判决阈值")},
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, RecordingDetectionCost>}};
}

}  // namespace cupel::algorithm::event
