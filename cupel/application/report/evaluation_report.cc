// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/evaluation_report.h"

#include <fmt/format.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/application/report/metric_json.h"
#include "cupel/base/version.h"

namespace cupel::application::report {
namespace {

using algorithm::catalogue::Outcome;
using algorithm::check::Metric;
using algorithm::check::ParameterSpec;
using algorithm::scheme::Evaluation;
using algorithm::scheme::Rules;
using algorithm::scheme::Scheme;

std::string DefinitionText(const Scheme& scheme) {
  std::string text(scheme.definition);
  const auto add = [&](std::string_view name, std::string_view rule) {
    if (!rule.empty()) text += fmt::format(" {}: {}.", name, rule);
  };
  add("Matching", scheme.rules.matching);
  add("Ties", scheme.rules.ties);
  add("Empty sets", scheme.rules.empty);
  add("Averages", scheme.rules.averaging);
  return text;
}

Json ParametersJson(const Outcome& outcome) {
  Json parameters = Json::Array{};
  for (const ParameterSpec& spec : outcome.call.scheme->parameters) {
    const Json& value = outcome.call.parameters.AsJson()[spec.name];
    parameters.Append(Json::Object{{"name", spec.name},
                                   {"value", value.IsArray() ? Json(value.Canonical()) : value},
                                   {"unit", spec.unit}});
  }
  return parameters;
}

void AddEvaluation(const Scheme& scheme, const Evaluation& evaluation, Json& json) {
  for (const Metric& metric : evaluation.metrics) {
    Json described = MetricJson(metric);
    if (&metric == &evaluation.metrics.front()) {
      described["title"] = algorithm::check::ToJson(scheme.title);
      described["higherIsBetter"] = scheme.higher_is_better;
      if (!scheme.unit.empty()) described["unit"] = scheme.unit;
    }
    json["metrics"].Append(std::move(described));
  }
  json["figures"] = Json(Json::Array(evaluation.figures.begin(), evaluation.figures.end()));
  for (const auto& note : evaluation.notes) json["notes"].Append(algorithm::check::ToJson(note));
}

Json OutcomeJson(const Outcome& outcome) {
  const Scheme& scheme = *outcome.call.scheme;
  Json json;
  json["id"] = outcome.call.FullName();
  json["principle"] = "reliability";
  json["title"] = algorithm::check::ToJson(scheme.title);
  json["summary"] = DefinitionText(scheme);
  json["source"] = fmt::format("{} {}", scheme.row, scheme.reference);
  json["parameters"] = ParametersJson(outcome);
  json["metrics"] = Json::Array{};
  json["notes"] = Json::Array{};
  if (outcome.evaluation) {
    json["verdict"] = "not-applicable";
    json["reason"] =
        Json::Object{{"en", "measured; nothing is required of it"}, {"zh", "已测量；未对其提出要求"}};
    AddEvaluation(scheme, *outcome.evaluation, json);
  } else {
    json["verdict"] = "not-run";
    json["reason"] = outcome.evaluation.error().ToString();
  }
  return json;
}

}  // namespace

Json EvaluationReportJson(const std::vector<Outcome>& outcomes, const algorithm::scheme::Sources& sources,
                          const std::string& generated) {
  Json json;
  json["format"] = "cupel-report/1";
  json["title"] = sources.predictions.filename().string();
  json["verdict"] = "not-applicable";
  json["summary"] = Json::Object{
      {"en", "Figures of merit of one file. Nothing here is signed: `cupel assess` makes evidence."},
      {"zh", "单个文件的评测指标。此页未经签名：证据由 `cupel assess` 生成。"}};
  json["generated"] = generated;
  json["tool"] = Json::Object{{"name", "Cupel"}, {"version", kVersion}};
  json["checks"] = Json::Array{};
  for (const Outcome& outcome : outcomes) json["checks"].Append(OutcomeJson(outcome));
  return json;
}

}  // namespace cupel::application::report
