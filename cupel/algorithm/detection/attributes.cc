// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/attributes.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/detection/csv_rows.h"
#include "cupel/algorithm/detection/figures.h"
#include "cupel/algorithm/detection/parameters.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::detection {
namespace {

using scheme::Evaluation;
using scheme::kValue;
using scheme::Options;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kTruth = "truth_";

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  auto input = std::make_unique<Attributes>();
  const auto find_names = [&](const ColumnMap& columns) -> Status {
    for (const auto& [name, column] : columns) {
      if (!name.starts_with(kTruth)) continue;
      input->names.push_back(name.substr(kTruth.size()));
      if (columns.contains("score_" + input->names.back())) continue;
      return Fail(ErrorCode::kCorrupt, fmt::format("column \"score_{}\" is missing", input->names.back()),
                  sources.predictions.string() + ":1");
    }
    if (!input->names.empty()) return {};
    return Fail(ErrorCode::kCorrupt, "there is no column \"truth_...\"", sources.predictions.string() + ":1");
  };
  CUPEL_TRY_STATUS(ReadRows(sources.predictions, {{}, find_names}, [&](const CsvRow& row) -> Status {
    for (const std::string& name : input->names) {
      if (row.IsEmpty(std::string(kTruth) + name)) return row.Wrong("column truth_" + name + " is empty");
      CUPEL_TRY(const bool truth, row.Flag(std::string(kTruth) + name));
      CUPEL_TRY(const double score, row.Number("score_" + name));
      input->truth.push_back(truth ? 1 : 0);
      input->scores.push_back(score);
    }
    ++input->n;
    return {};
  }));
  if (input->n == 0) {
    return Fail(ErrorCode::kInvalidArgument, "there is no sample to evaluate", sources.predictions.string());
  }
  return input;
}

/// [n, a]: 1 where the score says that the sample has the attribute.
std::vector<std::uint8_t> Predicted(const Attributes& input, double threshold) {
  std::vector<std::uint8_t> predicted;
  predicted.reserve(input.scores.size());
  for (const double score : input.scores) predicted.push_back(score >= threshold ? 1 : 0);
  return predicted;
}

/// (share of positives found + share of negatives found) / 2; NaN without one of the two.
double AttributeAccuracy(const Attributes& input, std::span<const std::uint8_t> predicted, std::size_t a,
                         std::span<const double> weights) {
  double all[2] = {0, 0};
  double right[2] = {0, 0};
  const std::size_t count = input.names.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::uint8_t truth = input.truth[i * count + a];
    all[truth] += weights[i];
    if (predicted[i * count + a] == truth) right[truth] += weights[i];
  }
  return all[0] > 0 && all[1] > 0 ? (right[1] / all[1] + right[0] / all[0]) / 2 : kNone;
}

struct InstanceSums {
  double accuracy = 0;
  double precision = 0;
  double recall = 0;
  bool counts = false;  ///< The sample has an attribute.
};

std::vector<InstanceSums> Instances(const Attributes& input, std::span<const std::uint8_t> predicted) {
  const std::size_t count = input.names.size();
  std::vector<InstanceSums> instances(static_cast<std::size_t>(input.n));
  for (std::size_t i = 0; i < instances.size(); ++i) {
    double truth = 0;
    double found = 0;
    double both = 0;
    for (std::size_t a = i * count; a < (i + 1) * count; ++a) {
      truth += input.truth[a];
      found += predicted[a];
      both += input.truth[a] & predicted[a];
    }
    if (truth == 0) continue;
    instances[i] = {both / (truth + found - both), found > 0 ? both / found : 0, both / truth, true};
  }
  return instances;
}

double InstanceFigure(std::span<const InstanceSums> instances, std::string_view figure,
                      std::span<const double> weights) {
  InstanceSums sums;
  double n = 0;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (!instances[i].counts) continue;
    n += weights[i];
    sums.accuracy += weights[i] * instances[i].accuracy;
    sums.precision += weights[i] * instances[i].precision;
    sums.recall += weights[i] * instances[i].recall;
  }
  if (n == 0) return kNone;
  const double precision = sums.precision / n;
  const double recall = sums.recall / n;
  if (figure == "accuracy") return sums.accuracy / n;
  if (figure == "precision") return precision;
  return figure == "recall" ? recall : 2 * precision * recall / (precision + recall);
}

check::ParameterSpec Threshold() {
  return Number("threshold", 0.5, -1e6, 1e6,
                {"Score from which on a sample has the attribute", "判定具有该属性的最小得分"});
}

}  // namespace

Result<Evaluation> MeanAccuracy(const Attributes& input, const check::Parameters& parameters,
                                const Options& options) {
  const std::vector<std::uint8_t> predicted = Predicted(input, parameters.Real("threshold"));
  const std::vector<double> once(static_cast<std::size_t>(input.n), 1.0);
  Evaluation evaluation;
  std::vector<std::size_t> present;
  for (std::size_t a = 0; a < input.names.size(); ++a) {
    if (std::isfinite(AttributeAccuracy(input, predicted, a, once))) {
      present.push_back(a);
    } else {
      evaluation.notes.push_back(
          {fmt::format("attribute {} is left out: all samples have it, or none", input.names[a]),
           fmt::format("属性 {} 未计入：所有样本都具有或都不具有该属性", input.names[a])});
    }
  }
  if (present.empty()) return evaluation;
  const auto mean = [&](std::span<const double> weights) {
    double sum = 0;
    for (const std::size_t a : present) sum += AttributeAccuracy(input, predicted, a, weights);
    return sum / static_cast<double>(present.size());
  };
  evaluation.metrics.push_back(
      scheme::Bootstrapped(std::string(kValue), input.n, mean, "attribute_ma.value", options));
  for (const std::size_t a : present) {
    const std::string name = "attribute." + input.names[a];
    evaluation.metrics.push_back(scheme::Bootstrapped(
        name, input.n, [&](std::span<const double> w) { return AttributeAccuracy(input, predicted, a, w); },
        "attribute_ma." + name, options));
  }
  evaluation.figures.push_back(
      BarsFigure({"Mean accuracy by attribute", "各属性平均准确率"}, evaluation.metrics, "attribute."));
  return evaluation;
}

Result<Evaluation> InstanceBased(const Attributes& input, const check::Parameters& parameters,
                                 const Options& options) {
  const std::vector<InstanceSums> instances =
      Instances(input, Predicted(input, parameters.Real("threshold")));
  const std::string figure = parameters.Text("figure");
  Evaluation evaluation;
  const auto value = [&](std::span<const double> w) { return InstanceFigure(instances, figure, w); };
  if (!std::isfinite(value(std::vector<double>(instances.size(), 1.0)))) {
    evaluation.notes.push_back({"no sample has an attribute, or none was found, so the figure does not exist",
                                "没有样本具有属性或全部未命中，该指标不存在"});
    return evaluation;
  }
  evaluation.metrics.push_back(
      scheme::Bootstrapped(std::string(kValue), input.n, value, "attribute_instance." + figure, options));
  return evaluation;
}

std::vector<scheme::Scheme> AttributeSchemes() {
  scheme::Scheme ma;
  ma.id = "attribute_ma";
  ma.row = "D12";
  ma.title = {"Mean accuracy of attributes (mA)", "属性平均准确率（mA）"};
  ma.definition = "mean over attributes of (true positive rate + true negative rate) / 2";
  ma.rules = {.matching = "a sample has an attribute when its score >= threshold",
              .ties = "",
              .empty =
                  "an attribute that all samples have, or none, is left out with a note (NaN in the "
                  "reference)",
              .averaging = "plain mean over attributes"};
  ma.reference =
      "attribute_evaluate_lidw (dangweili/pedestrian-attribute-recognition-pytorch, commit "
      "468ae58c), by the authors of RAP";
  ma.test = "AttributeTest.EqualsTheRapEvaluation";
  ma.input = &kAttributes;
  ma.parameters = {Threshold()};
  ma.evaluate = scheme::On<Attributes, MeanAccuracy>;

  scheme::Scheme instance = ma;
  instance.id = "attribute_instance";
  instance.title = {"Attributes by sample: F1, precision, recall, accuracy",
                    "按样本的属性 F1、精确率、召回率、准确率"};
  instance.definition =
      "per sample: attributes in common over those found (precision), those it has (recall), or either "
      "(accuracy); mean over samples; F1 is that of the two means";
  instance.rules.empty = "samples without an attribute are left out; nothing found: precision 0";
  instance.rules.averaging = "plain mean over samples";
  instance.parameters = {
      Choice("figure", {"f1", "precision", "recall", "accuracy"}, {"Which of the four", "四项指标之一"}),
      Threshold()};
  instance.evaluate = scheme::On<Attributes, InstanceBased>;
  return {ma, instance};
}

const scheme::InputFormat kAttributes = {
    .name = "attributes",
    .meaning = {"CSV with two columns an attribute: truth_<name> (0 or 1) and score_<name> (a number).",
                "CSV，每个属性两列：truth_<名称>（0 或 1）与 score_<名称>（数值）。"},
    .needs_truth = false,
    .read = Read};

}  // namespace cupel::algorithm::detection
