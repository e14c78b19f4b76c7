// SPDX-License-Identifier: Apache-2.0
// Schemes of the whole table of truths and answers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/curves.h"
#include "cupel/algorithm/classification/entries.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::int64_t kMaxCellClasses = 20;
constexpr std::string_view kTest = "CountSchemesTest.AgreeWithScikitLearn";

Result<Evaluation> AccuracyScheme(const Labelled& input, const Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  Answer answer("accuracy", input, options);
  answer.OfShare(
      "value", TableOf(input), [](const Table& t) { return std::pair(t.Correct(), t.Total()); }, 0);
  return answer.Finish();
}

Result<Evaluation> BalancedAccuracyScheme(const Labelled& input, const Parameters& parameters,
                                          const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  const bool adjusted = parameters.Boolean("adjusted");
  Answer answer("balanced_accuracy", input, options);
  answer.OfTable("value", TableOf(input), [&](const Table& t) { return BalancedAccuracy(t, adjusted); });
  return answer.Finish();
}

/// What a row's, a column's or the whole table's cells are divided by.
double Normaliser(const Table& table, const std::string& rule, std::int64_t truth, std::int64_t predicted) {
  if (rule == "true") return table.Truths()[static_cast<std::size_t>(truth)];
  if (rule == "pred") return table.Answers()[static_cast<std::size_t>(predicted)];
  return rule == "all" ? table.Total() : 1;
}

Result<Evaluation> ConfusionScheme(const Labelled& input, const Parameters& parameters,
                                   const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  const std::string& rule = parameters.Text("normalize");
  const Table table = TableOf(input);
  Answer answer("confusion_matrix", input, options);
  answer.OfShare("value", table, [](const Table& t) { return std::pair(t.Correct(), t.Total()); }, 0);
  for (std::int64_t truth = 0; truth < input.c && input.c <= kMaxCellClasses; ++truth) {
    for (std::int64_t predicted = 0; predicted < input.c; ++predicted) {
      std::string name = fmt::format("cell.{}.{}", input.class_names[static_cast<std::size_t>(truth)],
                                     input.class_names[static_cast<std::size_t>(predicted)]);
      if (rule == "none") {
        answer.Add({.name = std::move(name), .value = table.At(truth, predicted), .n = input.n});
        continue;
      }
      // scikit-learn gives 0 for a row or column without samples.
      answer.OfShare(
          std::move(name), table,
          [&](const Table& t) {
            return std::pair(t.At(truth, predicted), Normaliser(t, rule, truth, predicted));
          },
          0);
    }
  }
  if (input.c > kMaxCellClasses) {
    answer.Note(
        fmt::format("cells are listed for at most {} classes; the figure shows more", kMaxCellClasses),
        fmt::format("仅在类别数不超过 {} 时列出单元格", kMaxCellClasses));
  }
  if (Json figure = ConfusionFigure(table, input.class_names); !figure.IsNull()) answer.Figure(figure);
  return answer.Finish();
}

Result<Evaluation> MatthewsScheme(const Labelled& input, const Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  Answer answer("matthews_correlation", input, options);
  answer.OfTable("value", TableOf(input), MatthewsCorrelation);
  return answer.Finish();
}

Result<Evaluation> KappaScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  const std::string& weights = parameters.Text("weights");
  const KappaWeights rule = weights == "linear"      ? KappaWeights::kLinear
                            : weights == "quadratic" ? KappaWeights::kQuadratic
                                                     : KappaWeights::kNone;
  Answer answer("cohen_kappa", input, options);
  answer.OfTable("value", TableOf(input), [&](const Table& t) { return CohenKappa(t, rule); });
  return answer.Finish();
}

Result<Evaluation> GeometricMeanScheme(const Labelled& input, const Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  Answer answer("g_mean", input, options);
  answer.OfTable("value", TableOf(input), GeometricMean);
  return answer.Finish();
}

using CountFigure = double (*)(const Counts&);

template <CountFigure kFigure>
Result<Evaluation> PositiveScheme(const Labelled& input, const Parameters& parameters,
                                  const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  CUPEL_TRY(const std::size_t positive, PositiveClass(input, parameters));
  Answer answer("of_positive", input, options);
  answer.OfTable("value", TableOf(input),
                 [&](const Table& t) { return kFigure(CountsOf(t, static_cast<std::int64_t>(positive))); });
  return answer.Finish();
}

Result<std::vector<double>> CostsOf(const Labelled& input, const Parameters& parameters) {
  std::vector<double> costs = parameters.Reals("costs");
  const auto c = static_cast<std::size_t>(input.c);
  if (costs.empty()) {
    costs.assign(c * c, 1);
    for (std::size_t k = 0; k < c; ++k) costs[k * c + k] = 0;
  }
  if (costs.size() == c * c) return costs;
  return Fail(
      ErrorCode::kInvalidArgument,
      fmt::format("costs must be {} numbers, one a cell of {} classes, got {}", c * c, c, costs.size()), "",
      "list them row by row: first the costs when the first class is true");
}

Result<Evaluation> CostScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(RequireAnswers(input));
  CUPEL_TRY(const std::vector<double> costs, CostsOf(input, parameters));
  const Table table = TableOf(input);
  Answer answer("expected_cost", input, options);
  answer.OfTable("value", table, [&](const Table& t) { return ExpectedCost(t, costs); });
  answer.OfTable("normalised", table, [&](const Table& t) {
    return Divide(ExpectedCost(t, costs), TrivialCost(t, costs), std::nan(""));
  });
  return answer.Finish();
}

check::ParameterSpec CostSpec() {
  check::ParameterSpec spec;
  spec.name = "costs";
  spec.type = check::ParameterType::kRealList;
  spec.fallback = Json(Json::Array{});
  spec.meaning = {.en = "Costs by truth and answer, row by row; empty: 0 when right, 1 when wrong.",
                  .zh = "按真实类与预测类逐行给出的代价；为空时正确为 0、错误为 1。"};
  return spec;
}

constexpr scheme::Rules kCounting = {
    .matching = "a row's answer with its label",
    .ties = "without a prediction column the lowest class index of the largest score",
    .empty = "",
    .averaging = ""};

scheme::Rules Counting(std::string_view empty, std::string_view averaging) {
  scheme::Rules rules = kCounting;
  rules.empty = empty;
  rules.averaging = averaging;
  return rules;
}

std::vector<scheme::Scheme> LikelihoodSchemes() {
  return {
      Entry<PositiveScheme<YoudenJ>>(
          {.id = "youden_j",
           .row = "A13",
           .title = {.en = "Youden's J", .zh = "约登指数"},
           .definition = "tp / (tp + fn) + tn / (tn + fp) - 1",
           .rules = Counting("left out when a class has no sample", ""),
           .reference = "scikit-learn balanced_accuracy_score(adjusted=True) of two classes",
           .test = kTest,
           .parameters = {PositiveSpec()}}),
      Entry<PositiveScheme<PositiveLikelihoodRatio>>(
          {.id = "positive_likelihood_ratio",
           .row = "A13",
           .title = {.en = "Positive likelihood ratio", .zh = "阳性似然比"},
           .definition = "LR+ = TPR / FPR",
           .rules = Counting("left out without false positives or without a class", ""),
           .reference = "scikit-learn class_likelihood_ratios",
           .test = kTest,
           .parameters = {PositiveSpec()},
           .unit = "times"}),
      Entry<PositiveScheme<NegativeLikelihoodRatio>>(
          {.id = "negative_likelihood_ratio",
           .row = "A13",
           .title = {.en = "Negative likelihood ratio", .zh = "阴性似然比"},
           .definition = "LR- = FNR / TNR",
           .rules = Counting("left out without true negatives or without a class", ""),
           .reference = "scikit-learn class_likelihood_ratios",
           .test = kTest,
           .parameters = {PositiveSpec()},
           .higher_is_better = false,
           .unit = "times"}),
      Entry<PositiveScheme<DiagnosticOddsRatio>>(
          {.id = "diagnostic_odds_ratio",
           .row = "A13",
           .title = {.en = "Diagnostic odds ratio", .zh = "诊断优势比"},
           .definition = "tp tn / (fp fn) = LR+ / LR-",
           .rules = Counting("left out when there is no false positive or no false negative", ""),
           .reference = "the definition, on scikit-learn confusion_matrix",
           .test = kTest,
           .parameters = {PositiveSpec()},
           .unit = "times"}),
  };
}

}  // namespace

std::vector<scheme::Scheme> TableSchemes() {
  std::vector<scheme::Scheme> schemes = {
      Entry<AccuracyScheme>({.id = "accuracy",
                             .row = "A01",
                             .title = {.en = "Accuracy", .zh = "准确率"},
                             .definition = "weight of the samples whose answer is the label, over all weight",
                             .rules = kCounting,
                             .reference = "scikit-learn accuracy_score",
                             .test = kTest}),
      Entry<BalancedAccuracyScheme>(
          {.id = "balanced_accuracy",
           .row = "A02",
           .title = {.en = "Balanced accuracy", .zh = "平衡准确率"},
           .definition = "mean recall of the classes; adjusted: (x - 1/k) / (1 - 1/k)",
           .rules =
               Counting("adjusted is left out with one class only", "over classes that occur in the truth"),
           .reference = "scikit-learn balanced_accuracy_score",
           .test = kTest,
           .parameters = {SwitchSpec(
               "adjusted", {.en = "Chance is 0, perfection 1.", .zh = "以随机水平为 0、完美为 1。"})}}),
      Entry<ConfusionScheme>(
          {.id = "confusion_matrix",
           .row = "A08",
           .title = {.en = "Confusion matrix", .zh = "混淆矩阵"},
           .definition =
               "cell.<truth>.<answer> is the weight of these samples, over the row, the column, all or "
               "nothing; value is the share on the diagonal",
           .rules = Counting("0 in a row or column without samples", ""),
           .reference = "scikit-learn confusion_matrix",
           .test = kTest,
           .parameters = {ChoiceSpec("normalize", {"none", "true", "pred", "all"},
                                     {.en = "What a cell is divided by.", .zh = "单元格的归一化方式。"})}}),
      Entry<MatthewsScheme>({.id = "matthews_correlation",
                             .row = "A09",
                             .title = {.en = "Matthews correlation", .zh = "马修斯相关系数"},
                             .definition =
                                 "Gorodkin's R_K: (correct n - sum t_k p_k) / sqrt((n^2 - sum p_k^2) "
                                 "(n^2 - sum t_k^2))",
                             .rules = Counting("0 when all labels or all answers are one class", ""),
                             .reference = "scikit-learn matthews_corrcoef",
                             .test = kTest,
                             .unit = "r"}),
      Entry<KappaScheme>(
          {.id = "cohen_kappa",
           .row = "A10",
           .title = {.en = "Cohen's kappa", .zh = "科恩 kappa 系数"},
           .definition = "1 - sum(w observed) / sum(w expected by the margins); w: 1, |i - j| or (i - j)^2",
           .rules = Counting("left out when chance cannot disagree; absent classes keep their distance", ""),
           .reference = "scikit-learn cohen_kappa_score(labels=all classes)",
           .test = kTest,
           .parameters = {ChoiceSpec("weights", {"none", "linear", "quadratic"},
                                     {.en = "What a disagreement counts.", .zh = "不一致的权重。"})},
           .unit = "kappa"}),
      Entry<GeometricMeanScheme>(
          {.id = "g_mean",
           .row = "A13",
           .title = {.en = "Geometric mean of recalls", .zh = "召回率几何平均"},
           .definition = "(product of the classes' recalls)^(1/k); of two classes sqrt(TPR TNR)",
           .rules = Counting("0 when a class is never found", "over classes that occur in the truth"),
           .reference =
               "imbalanced-learn geometric_mean_score(correction=0), by its definition on scikit-learn's "
               "recalls",
           .test = kTest}),
      Entry<CostScheme>({.id = "expected_cost",
                         .row = "A14",
                         .title = {.en = "Expected cost", .zh = "期望代价"},
                         .definition = "sum c_ij n_ij / n; normalised: over the cheapest constant answer's",
                         .rules = Counting("normalised is left out when a constant answer costs nothing", ""),
                         .reference = "the definition (NIST detection cost), computed by NumPy",
                         .test = kTest,
                         .parameters = {CostSpec()},
                         .higher_is_better = false,
                         .unit = "cost"}),
  };
  for (scheme::Scheme& scheme : LikelihoodSchemes()) schemes.push_back(std::move(scheme));
  return schemes;
}

}  // namespace cupel::algorithm::classification
