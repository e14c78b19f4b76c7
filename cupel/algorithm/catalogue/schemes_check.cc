// SPDX-License-Identifier: Apache-2.0
// evaluate.schemes: figures of merit chosen by name, so that a plan can require any of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cupel/algorithm/catalogue/catalogue.h"
#include "cupel/algorithm/catalogue/checks.h"
#include "cupel/algorithm/classification/labelled.h"
#include "cupel/algorithm/scheme/call.h"

namespace cupel::algorithm::catalogue {
namespace {

using check::CheckResult;
using classification::Labelled;
using data::dataset::Predictions;

constexpr std::string_view kId = "evaluate.schemes";

check::Description Describe() {
  check::ParameterSpec schemes;
  schemes.name = "schemes";
  schemes.type = check::ParameterType::kTextList;
  schemes.fallback = Json::Array{"accuracy", "balanced_accuracy", "f_score", "log_loss"};
  schemes.meaning = {
      "id[@parameter=value...] of schemes on labelled answers; `cupel evaluate list` names them",
      "基于带标签回答的评测方案，写作 id[@参数=值...]；`cupel evaluate list` 列出全部方案"};
  check::ParameterSpec level;
  level.name = "level";
  level.fallback = 0.95;
  level.low = 0.5;
  level.high = 0.9999;
  level.meaning = {"Of the intervals", "区间的置信水平"};
  check::ParameterSpec replicates;
  replicates.name = "replicates";
  replicates.type = check::ParameterType::kInteger;
  replicates.fallback = 1000;
  replicates.low = 100;
  replicates.high = 1e6;
  replicates.meaning = {"Of a bootstrap", "自助法的重复次数"};

  check::Description description;
  description.id = kId;
  description.title = {"Figures of merit", "评测指标"};
  description.summary = {
      "Evaluation schemes chosen by name. Each is one number with its matching, tie, empty-set and averaging "
      "rules written down and a reference implementation that it agrees with.",
      "按名称选择的评测方案。每个方案都写明匹配、并列、空集与平均规则，并与某个参考实现的数值一致。"};
  description.principle = check::Principle::kReliability;
  description.requirements = {"A1"};
  description.parameters = {schemes, level, replicates};
  description.metrics = {{"*", {"Figure of a scheme", "方案的指标"}, "", true}};
  description.needs_model = false;
  description.source = "the schemes' own references";
  return description;
}

/// The model's answers as a predictions file would say them: probabilities are the softmax of the scores.
Labelled FromPredictions(const Predictions& predictions) {
  Labelled labelled;
  labelled.n = predictions.n;
  labelled.c = predictions.c;
  labelled.class_names = predictions.class_names;
  labelled.labels = predictions.labels;
  labelled.scores.reserve(predictions.scores.size());
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const std::span<const float> row = predictions.Row(i);
    const double largest = *std::ranges::max_element(row);
    double sum = 0;
    for (const float score : row) sum += std::exp(score - largest);
    for (const float score : row) labelled.scores.push_back(std::exp(score - largest) / sum);
    labelled.answers.push_back(predictions.Predicted(i));
  }
  labelled.are_probs = true;
  return labelled;
}

/// "roc_auc" for the first call of a scheme, "roc_auc_2" for the second: names that a requirement can hold.
std::string MetricStem(const scheme::Call& call, std::map<std::string_view, int>& seen) {
  const int times = ++seen[call.scheme->id];
  return times == 1 ? std::string(call.scheme->id) : fmt::format("{}_{}", call.scheme->id, times);
}

void AddEvaluation(const scheme::Call& call, const std::string& stem, scheme::Evaluation evaluation,
                   CheckResult& result) {
  for (check::Metric& metric : evaluation.metrics) {
    metric.name = &metric == &evaluation.metrics.front() ? stem : stem + "." + metric.name;
    result.metrics.push_back(std::move(metric));
  }
  std::ranges::move(evaluation.figures, std::back_inserter(result.figures));
  for (const check::Text& note : evaluation.notes)
    result.notes.push_back({stem + ": " + note.en, stem + "：" + note.zh});
  result.notes.push_back({fmt::format("{} is {}: {}", stem, call.FullName(), call.scheme->definition),
                          fmt::format("{} 即 {}：{}", stem, call.FullName(), call.scheme->definition)});
}

class Schemes : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    std::vector<scheme::Call> calls;
    for (const std::string& text : context.parameters.Texts("schemes")) {
      Result<scheme::Call> call = scheme::ParseCall(text, AllSchemes());
      if (!call) return tl::unexpected(std::move(call).error());
      if (call->scheme->input != &classification::LabelledFormat()) {
        return Fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} measures on {}, a plan has labelled answers", call->scheme->id,
                                call->scheme->input->name),
                    std::string(kId), fmt::format("run `cupel evaluate --scheme {}` on its files", text));
      }
      calls.push_back(*std::move(call));
    }
    CUPEL_TRY(const Predictions* predictions, context.predictions());
    const Labelled labelled = FromPredictions(*predictions);
    const scheme::Options options{.level = context.parameters.Real("level"),
                                  .replicates = context.parameters.Integer("replicates"),
                                  .seed = context.seed};
    CheckResult result;
    std::map<std::string_view, int> seen;
    for (const scheme::Call& call : calls) {
      CUPEL_TRY(scheme::Evaluation evaluation, call.scheme->evaluate(labelled, call.parameters, options));
      AddEvaluation(call, MetricStem(call, seen), std::move(evaluation), result);
    }
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& SchemesCheck() {
  static const Schemes check;
  return check;
}

}  // namespace cupel::algorithm::catalogue
