// SPDX-License-Identifier: Apache-2.0
// Schemes of the order of scores.
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/curves.h"
#include "cupel/algorithm/classification/entries.h"
#include "cupel/algorithm/classification/multiclass_auc.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kTest = "RankingSchemesTest.AgreeWithScikitLearn";

/// slope area + offset, with DeLong's interval where samples are counted and the bootstrap's where weighted.
void AddArea(const Binary& binary, const Labelled& input, double slope, double offset, const Options& options,
             Answer& answer) {
  if (!binary.weights.empty()) {
    return answer.OfRanking("value", binary, [&](Groups g) { return slope * RocAuc(g) + offset; });
  }
  const stats::Auc auc = stats::DeLongAuc(binary.groups, options.level);
  stats::Interval interval = auc.interval;
  interval.low = slope * interval.low + offset;
  interval.high = slope * interval.high + offset;
  answer.Add({.name = "value", .value = slope * auc.value + offset, .interval = interval, .n = input.n});
}

Result<Evaluation> RocAucScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  Answer answer("roc_auc", input, options);
  AddArea(binary, input, 1, 0, options, answer);
  answer.Figure(RocFigure(binary.groups));
  return answer.Finish();
}

Result<Evaluation> GiniScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  Answer answer("gini", input, options);
  AddArea(binary, input, 2, -1, options, answer);
  return answer.Finish();
}

Result<Evaluation> PartialAucScheme(const Labelled& input, const Parameters& parameters,
                                    const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const double max_fpr = parameters.Real("max_fpr");
  Answer answer("partial_auc", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return PartialAuc(g, max_fpr); });
  answer.Figure(RocFigure(binary.groups));
  return answer.Finish();
}

Result<Evaluation> MulticlassAucScheme(const Labelled& input, const Parameters& parameters,
                                       const Options& options) {
  CUPEL_TRY_STATUS(RequireProbabilities(input));
  const bool pairs = parameters.Text("multi_class") == "ovo";
  if (pairs) CUPEL_TRY_STATUS(RequireNoWeights(input));
  const bool weighted = parameters.Text("average") == "weighted";
  Answer answer("multiclass_auc", input, options);
  MulticlassAuc auc(input, pairs, weighted);
  answer.OfSamples("value", [&](std::span<const double> weights) { return auc.Of(weights); });
  return answer.Finish();
}

Result<Evaluation> AveragePrecisionScheme(const Labelled& input, const Parameters& parameters,
                                          const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  Answer answer("average_precision", input, options);
  answer.OfRanking("value", binary, AveragePrecision);
  answer.Figure(PrecisionRecallFigure(binary.groups));
  return answer.Finish();
}

Result<Evaluation> PrAucScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  Answer answer("pr_auc", input, options);
  answer.OfRanking("value", binary, PrecisionRecallArea);
  answer.Figure(PrecisionRecallFigure(binary.groups));
  return answer.Finish();
}

Result<Evaluation> InterpolatedScheme(const Labelled& input, const Parameters& parameters,
                                      const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const int points = parameters.Text("points") == "11" ? 11 : 0;
  Answer answer("interpolated_precision", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return InterpolatedPrecision(g, points); });
  return answer.Finish();
}

Result<Evaluation> LogAucScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  const double low = parameters.Real("low");
  const double high = parameters.Real("high");
  if (low >= high) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("low must be below high, got {} and {}", low, high));
  }
  Answer answer("log_auc", input, options);
  answer.OfRanking("value", binary, [&](Groups g) { return LogAuc(g, low, high); });
  return answer.Finish();
}

Result<Evaluation> KsScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, BinaryOf(input, parameters));
  Answer answer("ks_statistic", input, options);
  answer.OfRanking("value", binary, KolmogorovSmirnov);
  return answer.Finish();
}

constexpr scheme::Rules kRules = {
    .matching = "",
    .ties = "equal scores pass a threshold together; a pair of equal scores counts 1/2",
    .empty = "refused unless both classes have samples",
    .averaging = ""};

std::vector<scheme::Scheme> AreaSchemes() {
  return {
      Entry<RocAucScheme>({.id = "roc_auc",
                           .row = "B01",
                           .title = {.en = "Area under the ROC curve", .zh = "ROC 曲线下面积"},
                           .definition = "P(score of a positive > score of a negative) + P(equal) / 2",
                           .rules = kRules,
                           .reference = "scikit-learn roc_auc_score",
                           .test = kTest,
                           .parameters = {PositiveSpec()}}),
      Entry<PartialAucScheme>(
          {.id = "partial_auc",
           .row = "B02",
           .title = {.en = "Partial area under the ROC curve", .zh = "部分 ROC 曲线下面积"},
           .definition =
               "area up to max_fpr, standardised: (1 + (area - max_fpr^2 / 2) / (max_fpr - max_fpr^2 / "
               "2)) / 2",
           .rules = kRules,
           .reference = "scikit-learn roc_auc_score(max_fpr)",
           .test = kTest,
           .parameters = {RealSpec("max_fpr", 0.1, 1e-9, 1,
                                   {.en = "Where the area ends.", .zh = "积分上限（假正率）。"}),
                          PositiveSpec()}}),
      Entry<MulticlassAucScheme>(
          {.id = "multiclass_auc",
           .row = "B03",
           .title = {.en = "Multiclass ROC AUC", .zh = "多类 ROC 曲线下面积"},
           .definition =
               "ovr: mean of the classes' areas against the rest; ovo: mean over pairs of the mean of "
               "the two areas within the pair (Hand and Till 2001)",
           .rules = {.matching = "",
                     .ties = "a pair of equal scores counts 1/2",
                     .empty = "left out unless every class has samples",
                     .averaging = "weighted: ovr by true weight, ovo by the pair's share of the samples"},
           .reference = "scikit-learn roc_auc_score(multi_class)",
           .test = kTest,
           .parameters = {ChoiceSpec("multi_class", {"ovr", "ovo"},
                                     {.en = "Against the rest, or in pairs.", .zh = "一对多或一对一。"}),
                          ChoiceSpec("average", {"macro", "weighted"},
                                     {.en = "Over classes or pairs.", .zh = "对类别或类别对的平均。"})}}),
      Entry<AveragePrecisionScheme>(
          {.id = "average_precision",
           .row = "B04",
           .title = {.en = "Average precision", .zh = "平均精确率"},
           .definition = "sum (R_n - R_n-1) P_n over distinct scores, no interpolation",
           .rules = kRules,
           .reference = "scikit-learn average_precision_score",
           .test = kTest,
           .parameters = {PositiveSpec()}}),
      Entry<PrAucScheme>(
          {.id = "pr_auc",
           .row = "B05",
           .title = {.en = "Area under the precision-recall curve", .zh = "精确率-召回率曲线下面积"},
           .definition = "trapezoids between the points of the curve, from recall 0, precision 1",
           .rules = kRules,
           .reference = "scikit-learn auc(precision_recall_curve)",
           .test = kTest,
           .parameters = {PositiveSpec()}}),
  };
}

}  // namespace

std::vector<scheme::Scheme> RankingSchemes() {
  std::vector<scheme::Scheme> schemes = AreaSchemes();
  const std::vector<scheme::Scheme> more = {
      Entry<InterpolatedScheme>(
          {.id = "interpolated_precision",
           .row = "B05",
           .title = {.en = "Interpolated average precision", .zh = "插值平均精确率"},
           .definition =
               "precision at a recall is the highest at this recall or beyond; 11: its mean at 0, 0.1 .. "
               "1; all: the area below",
           .rules = kRules,
           .reference = "VOC 2007 and VOC 2010 devkits, by their definitions on scikit-learn's curve",
           .test = kTest,
           .parameters = {ChoiceSpec("points", {"all", "11"},
                                     {.en = "VOC 2010, or VOC 2007.", .zh = "VOC 2010 或 VOC 2007。"}),
                          PositiveSpec()}}),
      Entry<LogAucScheme>(
          {.id = "log_auc",
           .row = "B09",
           .title = {.en = "Logarithmic AUC", .zh = "对数 AUC"},
           .definition =
               "area of TPR over log10 FPR between low and high, over its width; TPR at the ends is "
               "interpolated in FPR",
           .rules = kRules,
           .reference = "torchmetrics logauc",
           .test = "TorchmetricsTest.CountsAndCurvesAgree",
           .parameters = {RealSpec("low", 0.001, 1e-9, 1, {.en = "Lowest FPR.", .zh = "假正率下限。"}),
                          RealSpec("high", 0.1, 1e-9, 1, {.en = "Highest FPR.", .zh = "假正率上限。"}),
                          PositiveSpec()}}),
      Entry<KsScheme>(
          {.id = "ks_statistic",
           .row = "B10",
           .title = {.en = "Kolmogorov-Smirnov statistic", .zh = "KS 统计量"},
           .definition = "largest distance between the classes' distributions of scores: max |TPR - FPR|",
           .rules = kRules,
           .reference = "SciPy ks_2samp",
           .test = kTest,
           .parameters = {PositiveSpec()}}),
      Entry<GiniScheme>({.id = "gini",
                         .row = "B10",
                         .title = {.en = "Gini coefficient", .zh = "基尼系数"},
                         .definition = "2 AUC - 1",
                         .rules = kRules,
                         .reference = "scikit-learn 2 roc_auc_score - 1",
                         .test = kTest,
                         .parameters = {PositiveSpec()},
                         .unit = "coefficient"}),
  };
  schemes.insert(schemes.end(), more.begin(), more.end());
  return schemes;
}

}  // namespace cupel::algorithm::classification
