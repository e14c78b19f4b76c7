// SPDX-License-Identifier: Apache-2.0
// Schemes of one class against the others, and their averages: precision, recall, F, Jaccard, specificity,
// NPV.
#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/entries.h"
#include "cupel/algorithm/classification/multilabel.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kCountTest = "CountSchemesTest.AgreeWithScikitLearn";

Average AverageOf(const std::string& name) {
  if (name == "micro") return Average::kMicro;
  return name == "weighted" ? Average::kWeighted : Average::kMacro;
}

/// Numerator and denominator, where the rate is a share of counted samples (all but F).
std::pair<double, double> ShareOf(const Counts& counts, Rate rate) {
  switch (rate) {
    case Rate::kPrecision: return {counts.tp, counts.tp + counts.fp};
    case Rate::kRecall: return {counts.tp, counts.tp + counts.fn};
    case Rate::kSpecificity: return {counts.tn, counts.tn + counts.fp};
    case Rate::kNegativePredictiveValue: return {counts.tn, counts.tn + counts.fn};
    default: return {counts.tp, counts.tp + counts.fp + counts.fn};
  }
}

Result<Evaluation> OfMultilabel(const Labelled& input, const RateRule& rule, const std::string& average,
                                Answer& answer) {
  if (average == "binary") {
    return Fail(ErrorCode::kInvalidArgument, "a sample has several labels here; average must not be binary",
                "", "use macro, micro, weighted or samples");
  }
  if (average == "samples") {
    std::vector<double> rates;
    for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
      rates.push_back(RateOf(CountsOfSample(input, i), rule));
    }
    answer.OfMean("value", rates);
    return answer.Finish();
  }
  answer.OfSamples("value", [&](std::span<const double> weights) {
    return AveragedRate(CountsOfLabels(input, weights), rule, AverageOf(average), false);
  });
  return answer.Finish();
}

Result<Evaluation> OfPositive(const Labelled& input, const RateRule& rule, const Parameters& parameters,
                              Answer& answer) {
  CUPEL_TRY(const std::size_t positive, PositiveClass(input, parameters));
  const auto counts = [positive](const Table& t) { return CountsOf(t, static_cast<std::int64_t>(positive)); };
  if (rule.rate == Rate::kFScore) {
    answer.OfTable("value", TableOf(input), [&](const Table& t) { return RateOf(counts(t), rule); });
  } else {
    answer.OfShare(
        "value", TableOf(input), [&](const Table& t) { return ShareOf(counts(t), rule.rate); },
        rule.zero_division);
  }
  return answer.Finish();
}

Result<Evaluation> Evaluated(std::string_view id, RateRule rule, const Labelled& input,
                             const Parameters& parameters, const Options& options) {
  rule.zero_division = parameters.Real("zero_division");
  const std::string& average = parameters.Text("average");
  Answer answer(id, input, options);
  if (input.is_multilabel) return OfMultilabel(input, rule, average, answer);
  CUPEL_TRY_STATUS(RequireAnswers(input));
  if (average == "samples") {
    return Fail(ErrorCode::kInvalidArgument, "average samples is for samples with several labels", "",
                "use macro, micro, weighted or binary");
  }
  if (average == "binary") return OfPositive(input, rule, parameters, answer);
  const Table table = TableOf(input);
  answer.OfTable("value", table, [&](const Table& t) {
    return AveragedRate(CountsOfAll(t), rule, AverageOf(average), true);
  });
  return answer.Finish();
}

template <Rate kRate>
Result<Evaluation> RateScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  return Evaluated("rate", {.rate = kRate}, input, parameters, options);
}

Result<Evaluation> FScoreScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  return Evaluated("f_score", {.rate = Rate::kFScore, .beta = parameters.Real("beta")}, input, parameters,
                   options);
}

std::vector<check::ParameterSpec> AverageSpecs() {
  return {
      ChoiceSpec(
          "average", {"macro", "binary", "micro", "weighted", "samples"},
          {.en = "Over classes; binary: of the positive class; samples: over samples with several labels.",
           .zh = "对类别的平均；binary 取正类；samples 用于多标签，对样本平均。"}),
      PositiveSpec(), RealSpec("zero_division", 0, 0, 1, {.en = "What 0/0 is.", .zh = "0/0 的取值。"})};
}

constexpr scheme::Rules kRules = {
    .matching = "a row's answer with its label",
    .ties = "without a prediction column the lowest class index of the largest score",
    .empty = "0/0 is zero_division",
    .averaging =
        "macro: mean over classes that occur in truth or answer (all labels when multilabel), not the "
        "rate of means; weighted: by true weight; micro: of summed counts"};

Line RateEntry(Line line) {
  line.rules = kRules;
  for (check::ParameterSpec& spec : AverageSpecs()) line.parameters.push_back(std::move(spec));
  return line;
}

}  // namespace

std::vector<scheme::Scheme> RateSchemes() {
  return {
      Entry<RateScheme<Rate::kPrecision>>(
          RateEntry({.id = "precision",
                     .row = "A04",
                     .title = {.en = "Precision", .zh = "精确率"},
                     .definition = "tp / (tp + fp)",
                     .reference = "scikit-learn precision_recall_fscore_support",
                     .test = kCountTest})),
      Entry<RateScheme<Rate::kRecall>>(RateEntry({.id = "recall",
                                                  .row = "A05",
                                                  .title = {.en = "Recall", .zh = "召回率"},
                                                  .definition = "tp / (tp + fn), the true positive rate",
                                                  .reference = "scikit-learn precision_recall_fscore_support",
                                                  .test = kCountTest})),
      Entry<FScoreScheme>(
          RateEntry({.id = "f_score",
                     .row = "A06",
                     .title = {.en = "F score", .zh = "F 值"},
                     .definition = "(1 + b^2) P R / (b^2 P + R)",
                     .reference = "scikit-learn precision_recall_fscore_support",
                     .test = kCountTest,
                     .parameters = {RealSpec("beta", 1, 1e-6, 1e6,
                                             {.en = "Weight of recall.", .zh = "召回率的权重。"})}})),
      Entry<RateScheme<Rate::kSpecificity>>(RateEntry({.id = "specificity",
                                                       .row = "A07",
                                                       .title = {.en = "Specificity", .zh = "特异度"},
                                                       .definition = "tn / (tn + fp), the true negative rate",
                                                       .reference = "torchmetrics specificity",
                                                       .test = "TorchmetricsTest.CountsAndCurvesAgree"})),
      Entry<RateScheme<Rate::kNegativePredictiveValue>>(
          RateEntry({.id = "negative_predictive_value",
                     .row = "A07",
                     .title = {.en = "Negative predictive value", .zh = "阴性预测值"},
                     .definition = "tn / (tn + fn)",
                     .reference = "torchmetrics negative_predictive_value",
                     .test = "TorchmetricsTest.CountsAndCurvesAgree"})),
      Entry<RateScheme<Rate::kJaccard>>(RateEntry({.id = "jaccard",
                                                   .row = "A11",
                                                   .title = {.en = "Jaccard index", .zh = "杰卡德指数"},
                                                   .definition = "tp / (tp + fp + fn)",
                                                   .reference = "scikit-learn jaccard_score",
                                                   .test = kCountTest})),
  };
}

}  // namespace cupel::algorithm::classification
