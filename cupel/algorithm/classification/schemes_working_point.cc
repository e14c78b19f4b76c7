// SPDX-License-Identifier: Apache-2.0
// Schemes of one threshold of a ranking: what can be reached at a given rate.
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/curves.h"
#include "cupel/algorithm/classification/entries.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

Result<Evaluation> TprAtFprScheme(const Labelled& input, const Parameters& parameters,
                                  const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const double target = parameters.Real("fpr");
  Answer answer("tpr_at_fpr", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return TprAtFpr(g, target); });
  double negatives = 0;
  for (const std::uint8_t positive : binary.positives) negatives += positive != 0 ? 0 : 1;
  if (negatives * target < 1) {
    answer.Note(fmt::format("{} negatives cannot tell an FPR of {} from 0: at least {:.0f} are needed",
                            negatives, target, std::ceil(1 / target)),
                fmt::format("{} 个负样本无法区分 {} 的假正率与 0：至少需要 {:.0f} 个", negatives, target,
                            std::ceil(1 / target)));
  }
  answer.Figure(RocFigure(binary.groups));
  return answer.Finish();
}

Result<Evaluation> RecallScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const double floor = parameters.Real("precision");
  Answer answer("recall_at_precision", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return RecallAtPrecision(g, floor); });
  return answer.Finish();
}

Result<Evaluation> PrecisionScheme(const Labelled& input, const Parameters& parameters,
                                   const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const double floor = parameters.Real("recall");
  Answer answer("precision_at_recall", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return PrecisionAtRecall(g, floor); });
  return answer.Finish();
}

Result<Evaluation> EqualErrorScheme(const Labelled& input, const Parameters& parameters,
                                    const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const bool interpolated = parameters.Text("mode") == "corrected";
  Answer answer("equal_error_rate", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return EqualErrorRate(g, interpolated); });
  answer.Figure(DetFigure(binary.groups));
  return answer.Finish();
}

constexpr scheme::Rules kRules = {
    .matching = "",
    .ties = "equal scores pass a threshold together",
    .empty =
        "0 when no threshold reaches the rate; refused unless both classes have "
        "samples",
    .averaging = ""};

}  // namespace

std::vector<scheme::Scheme> WorkingPointSchemes() {
  return {
      Entry<TprAtFprScheme>(
          {.id = "tpr_at_fpr",
           .row = "B06",
           .title = {.en = "True positive rate at a false positive rate", .zh = "给定假正率下的真正率"},
           .definition = "the largest TPR among thresholds with FPR <= fpr, no interpolation",
           .rules = kRules,
           .reference = "scikit-learn roc_curve(drop_intermediate=False)",
           .test = "RankingSchemesTest.AgreeWithScikitLearn",
           .parameters = {RealSpec("fpr", 0.01, 1e-9, 1, {.en = "The FPR allowed.", .zh = "允许的假正率。"}),
                          PositiveSpec()}}),
      Entry<RecallScheme>(
          {.id = "recall_at_precision",
           .row = "B07",
           .title = {.en = "Recall at a precision", .zh = "给定精确率下的召回率"},
           .definition = "the largest recall among thresholds with precision >= the floor",
           .rules = kRules,
           .reference = "torchmetrics binary_recall_at_fixed_precision",
           .test = "TorchmetricsTest.CountsAndCurvesAgree",
           .parameters = {RealSpec("precision", 0.9, 1e-9, 1, {.en = "The floor.", .zh = "精确率下限。"}),
                          PositiveSpec()}}),
      Entry<PrecisionScheme>(
          {.id = "precision_at_recall",
           .row = "B07",
           .title = {.en = "Precision at a recall", .zh = "给定召回率下的精确率"},
           .definition = "the largest precision among thresholds with recall >= the floor",
           .rules = kRules,
           .reference = "torchmetrics binary_precision_at_fixed_recall",
           .test = "TorchmetricsTest.CountsAndCurvesAgree",
           .parameters = {RealSpec("recall", 0.9, 1e-9, 1, {.en = "The floor.", .zh = "召回率下限。"}),
                          PositiveSpec()}}),
      Entry<EqualErrorScheme>(
          {.id = "equal_error_rate",
           .row = "B08",
           .title = {.en = "Equal error rate", .zh = "等错误率"},
           .definition =
               "where FPR = FNR. corrected: on the line between the two neighbouring points; compatible: "
               "(FPR + FNR) / 2 at the point where they are nearest",
           .rules = kRules,
           .reference =
               "torchmetrics binary_eer (compatible); linear interpolation on scikit-learn's roc_curve "
               "(corrected)",
           .test = "RankingSchemesTest.AgreeWithScikitLearn",
           .parameters = {ChoiceSpec("mode", {"corrected", "compatible"},
                                     {.en = "compatible: as torchmetrics.",
                                      .zh = "compatible 与 torchmetrics 一致。"}),
                          PositiveSpec()},
           .higher_is_better = false}),
  };
}

}  // namespace cupel::algorithm::classification
