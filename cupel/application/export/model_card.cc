// SPDX-License-Identifier: Apache-2.0
// The Model Card Toolkit's JSON, schema v0.0.2. Who may use the model, for what, and who owns it are nowhere
// in an assessment; those members are left out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "cupel/application/export/exports.h"
#include "cupel/application/export/wording.h"

namespace cupel::application::exporting {
namespace {

Json MetricJson(const algorithm::check::Metric& metric, const std::string& slice) {
  Json json;
  json["type"] = metric.name;
  json["value"] = metric.value;
  json["slice"] = slice;
  if (metric.interval && std::isfinite(metric.interval->low) && std::isfinite(metric.interval->high)) {
    json["confidence_interval"] =
        Json::Object{{"lower_bound", metric.interval->low}, {"upper_bound", metric.interval->high}};
  }
  return json;
}

Json DataJson(const Json& identity, const char* use, const Json* provenance) {
  Json json;
  json["name"] = Shown(identity["name"]);
  std::string text = fmt::format("{}: {} samples ({}), digest sha256:{}", use, Shown(identity["samples"]),
                                 Shown(identity["subset"]), Shown(identity["digest"]));
  if (provenance != nullptr && !Shown(*provenance).empty()) text += "; " + Shown(*provenance);
  json["description"] = text;
  return json;
}

Json Parameters(const RunRecord& record) {
  Json json = Json::Object{};
  const Json& inputs = record.frozen["inputs"];
  if (const std::string architecture = ArchitectureText(record); !architecture.empty())
    json["model_architecture"] = architecture;
  json["data"] = Json::Array{};
  if (const Json* data = inputs.Find("data"))
    json["data"].Append(DataJson(*data, "evaluation", record.Fact("data", "provenance")));
  if (const Json* data = inputs.Find("trainingData"))
    json["data"].Append(DataJson(*data, "training", nullptr));
  if (const auto ports = PortTexts(record, "inputs"); !ports.empty())
    json["input_format"] = fmt::format("{}", fmt::join(ports, "; "));
  if (const auto ports = PortTexts(record, "outputs"); !ports.empty())
    json["output_format"] = fmt::format("{}", fmt::join(ports, "; "));
  return json;
}

}  // namespace

Json ModelCard(const RunRecord& record) {
  Json json;
  json["schema_version"] = "0.0.2";
  Json& details = json["model_details"];
  details["name"] = record.frozen["inputs"].Find("model") != nullptr ? record.subject_name : record.name;
  details["overview"] =
      fmt::format("Assessed by Cupel: {}. Plan sha256:{}; signed evidence in the run's folder.", record.name,
                  record.plan_digest.Hex());
  details["version"] = Json::Object{{"name", "sha256:" + record.subject_digest.Hex()}};
  json["model_parameters"] = Parameters(record);
  Json& metrics = json["quantitative_analysis"]["performance_metrics"];
  metrics = Json::Array{};
  for (const CheckRecord& check : record.checks) {
    for (const auto& metric : check.run.result.metrics) {
      if (std::isfinite(metric.value)) metrics.Append(MetricJson(metric, SliceOf(check, record)));
    }
  }
  Json& limitations = json["considerations"]["limitations"];
  limitations = Json::Array{};
  for (const std::string& text : Limitations(record)) limitations.Append(Json::Object{{"description", text}});
  return json;
}

}  // namespace cupel::application::exporting
