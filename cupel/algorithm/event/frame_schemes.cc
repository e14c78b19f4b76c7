// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/frames.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/tally.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

void NoteClusters(Findings& findings) {
  findings.AddNote("Frames of one video depend on each other: intervals draw whole recordings.",
                   "同一视频的帧彼此相关：区间按整段录像重抽样。");
}

Result<scheme::Evaluation> FrameFScore(const EventInput& input, const check::Parameters& parameters,
                                       const scheme::Options& options) {
  CUPEL_TRY(const FrameTable table, TabulateFrames(input, parameters.Text("category")));
  const double threshold = parameters.Real("threshold");
  Tally tally;
  tally.overall.resize(input.sources.size());
  for (const FrameTable::Row& row : table.rows) {
    Counts& counts = tally.overall[row.source];
    const bool answered = row.score >= threshold;
    counts.truth += row.positive ? 1 : 0;
    counts.answers += answered ? 1 : 0;
    counts.hits += row.positive && answered ? 1 : 0;
    counts.rejected += !row.positive && !answered ? 1 : 0;
  }
  const auto n = static_cast<std::int64_t>(table.rows.size());
  Findings findings(input, "frame_f_score", options);
  findings.Add("value", [&](Weights weights) { return FScore(Overall(tally, weights), Silence::kZero); }, n);
  findings.Add(
      "precision", [&](Weights weights) { return Precision(Overall(tally, weights), Silence::kZero); }, n);
  findings.Add("recall", [&](Weights weights) { return Recall(Overall(tally, weights)); }, n);
  findings.Add("accuracy", [&](Weights weights) { return Accuracy(Overall(tally, weights)); }, n);
  NoteClusters(findings);
  return std::move(findings).Take();
}

Json RocFigure(const FrameRanking& ranking, std::size_t sources) {
  std::vector<double> x;
  std::vector<double> y;
  for (const FrameRanking::Point& point : ranking.Roc(std::vector<double>(sources, 1.0))) {
    x.push_back(point.fpr);
    y.push_back(point.tpr);
  }
  Json figure = CurveFigure({"ROC of frames", "逐帧 ROC 曲线"}, "ROC", {"false positive rate", "误报率"},
                            {"true positive rate", "检出率"}, x, y);
  figure["diagonal"] = true;
  return figure;
}

using Statistic = double (FrameRanking::*)(Weights) const;

Result<scheme::Evaluation> Ranked(const EventInput& input, const check::Parameters& parameters,
                                  const scheme::Options& options, std::string_view id, Statistic statistic) {
  CUPEL_TRY(const FrameTable table, TabulateFrames(input, parameters.Text("category")));
  const FrameRanking ranking(table);
  if (std::isnan(ranking.Auc(std::vector<double>(input.sources.size(), 1.0)))) {
    return Fail(ErrorCode::kInvalidArgument, "frames of both kinds are needed, and there is only one kind");
  }
  Findings findings(input, id, options);
  findings.Add(
      "value", [&](Weights weights) { return (ranking.*statistic)(weights); },
      static_cast<std::int64_t>(table.rows.size()));
  findings.AddFigure(RocFigure(ranking, input.sources.size()));
  NoteClusters(findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> FrameAuc(const EventInput& input, const check::Parameters& parameters,
                                    const scheme::Options& options) {
  return Ranked(input, parameters, options, "frame_auc", &FrameRanking::Auc);
}

Result<scheme::Evaluation> FrameEer(const EventInput& input, const check::Parameters& parameters,
                                    const scheme::Options& options) {
  return Ranked(input, parameters, options, "frame_eer", &FrameRanking::EqualErrorRate);
}

check::ParameterSpec CategorySpec() {
  check::ParameterSpec spec;
  spec.name = "category";
  spec.type = check::ParameterType::kText;
  spec.fallback = "";
  spec.meaning = {"the category that makes a frame positive; empty: any", "使帧为正例的类别；空表示任意类别"};
  return spec;
}

constexpr scheme::Rules kRules = {
    .matching = "frame by frame; a side without frame records is labelled from its events",
    .ties = "equal scores are one point of the curve",
    .empty = "a frame that the answers do not mention lies below every score",
    .averaging = "all frames of all recordings"};

}  // namespace

Schemes FrameSchemes() {
  return {{.id = "frame_f_score",
           .row = "F14",
           .title = {"Frame-level F, precision and recall", "帧级 F 值、精确率与召回率"},
           .definition = "F = 2PR/(P+R) of frames whose score is at least the threshold",
           .rules = kRules,
           .reference = "scikit-learn precision_recall_fscore_support",
           .test = "FramesTest.AgreesWithScikitLearn",
           .input = &EventFormat(),
           .parameters = {CategorySpec(), Real("threshold", 0.5, 0, 0, "", "lowest score of a positive frame",
                                               "正例帧的最低得分")},
           .unit = "",
           .evaluate = scheme::On<EventInput, FrameFScore>},
          {.id = "frame_auc",
           .row = "F14",
           .title = {"Frame-level area under the ROC curve", "帧级 ROC 曲线下面积"},
           .definition = "P(score of a positive frame > score of a negative one), ties one half",
           .rules = kRules,
           .reference = "scikit-learn roc_auc_score",
           .test = "FramesTest.AgreesWithScikitLearn",
           .input = &EventFormat(),
           .parameters = {CategorySpec()},
           .unit = "",
           .evaluate = scheme::On<EventInput, FrameAuc>},
          {.id = "frame_eer",
           .row = "F14",
           .title = {"Frame-level equal error rate", "帧级等错误率"},
           .definition = "where FPR = 1 - TPR on the straight lines between points of the ROC curve",
           .rules = kRules,
           .reference = "scikit-learn roc_curve with scipy brentq on its linear interpolation",
           .test = "FramesTest.AgreesWithScikitLearn",
           .input = &EventFormat(),
           .parameters = {CategorySpec()},
           .higher_is_better = false,
           .unit = "",
           .evaluate = scheme::On<EventInput, FrameEer>}};
}

}  // namespace cupel::algorithm::event
