// SPDX-License-Identifier: Apache-2.0
// Schemes of selective classification.
#include <algorithm>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/curves.h"
#include "cupel/algorithm/classification/entries.h"
#include "cupel/algorithm/classification/selective.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kTest = "ProbabilitySchemesTest.AgreeWithScikitLearnAndDefinitions";

/// Confidences as scores, right answers as positives.
Result<Binary> ConfidencesOf(const Labelled& input) {
  CUPEL_TRY_STATUS(RequireProbabilities(input));
  CUPEL_TRY_STATUS(RequireNoWeights(input));
  Binary binary;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    double confidence = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(input.c); ++k) {
      confidence = std::max(confidence, input.Score(i, k));
    }
    binary.scores.push_back(confidence);
    binary.positives.push_back(input.labels[i] == input.answers[i] ? 1 : 0);
  }
  binary.groups = stats::GroupScores(binary.scores, binary.positives, {});
  return binary;
}

template <double (*kFigure)(Groups)>
Result<Evaluation> AreaScheme(const Labelled& input, const Parameters&, const Options& options) {
  CUPEL_TRY(const Binary binary, ConfidencesOf(input));
  Answer answer("risk_coverage", input, options);
  answer.OfRanking("value", binary, kFigure);
  answer.Figure(RiskCoverageFigure(binary.groups));
  return answer.Finish();
}

Result<Evaluation> AccuracyScheme(const Labelled& input, const Parameters& parameters,
                                  const Options& options) {
  CUPEL_TRY(const Binary binary, ConfidencesOf(input));
  const double coverage = parameters.Real("coverage");
  Answer answer("selective_accuracy", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return SelectiveAccuracy(g, coverage); });
  answer.Figure(RiskCoverageFigure(binary.groups));
  return answer.Finish();
}

constexpr scheme::Rules kRules = {.matching = "",
                                  .ties = "equal confidences: the mean over every order",
                                  .empty = "",
                                  .averaging = "over coverages 1/n, 2/n .. 1"};

}  // namespace

std::vector<scheme::Scheme> SelectiveSchemes() {
  return {
      Entry<AreaScheme<RiskCoverageArea>>(
          {.id = "aurc",
           .row = "B17",
           .title = {.en = "Area under the risk-coverage curve", .zh = "风险-覆盖率曲线下面积"},
           .definition = "mean over i of the error among the i most confident samples",
           .rules = kRules,
           .reference = "Geifman and El-Yaniv 2017, by its definition in NumPy",
           .test = kTest,
           .higher_is_better = false}),
      Entry<AreaScheme<ExcessRiskCoverageArea>>(
          {.id = "excess_aurc",
           .row = "B17",
           .title = {.en = "Excess AURC", .zh = "超额 AURC"},
           .definition = "AURC - (r + (1 - r) log(1 - r)), r the error of all samples",
           .rules = kRules,
           .reference = "Geifman, Uziel and El-Yaniv 2019, by its definition in NumPy",
           .test = kTest,
           .higher_is_better = false}),
      Entry<AccuracyScheme>(
          {.id = "selective_accuracy",
           .row = "B17",
           .title = {.en = "Accuracy at a coverage", .zh = "给定覆盖率下的准确率"},
           .definition = "share of right answers among the ceil(coverage n) most confident samples",
           .rules = kRules,
           .reference = "Geifman and El-Yaniv 2017, by its definition in NumPy",
           .test = kTest,
           .parameters = {RealSpec("coverage", 0.8, 1e-9, 1,
                                   {.en = "Share that is kept.", .zh = "保留的比例。"})}}),
  };
}

}  // namespace cupel::algorithm::classification
