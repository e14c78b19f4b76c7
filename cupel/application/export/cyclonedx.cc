// SPDX-License-Identifier: Apache-2.0
// CycloneDX 1.7: metadata, the model with its card, the data. The declarations are in declarations.cc.
#include <fmt/format.h>

#include <cmath>

#include "cupel/application/export/declarations.h"
#include "cupel/application/export/exports.h"
#include "cupel/application/export/wording.h"

namespace cupel::application::exporting {
namespace {

Json Property(const std::string& name, const std::string& value) {
  return Json::Object{{"name", name}, {"value", value}};
}

Json Hashes(const Digest& digest) {
  return Json::Array{Json::Object{{"alg", "SHA-256"}, {"content", digest.Hex()}}};
}

/// Adds a property unless its value is unknown.
void AddProperty(Json& list, const std::string& name, const std::string& value) {
  if (!value.empty()) list.Append(Property(name, value));
}

Json MetricJson(const algorithm::check::Metric& metric, const std::string& slice) {
  Json json;
  json["type"] = metric.name;
  json["value"] = JsonNumber(metric.value);
  json["slice"] = slice;
  if (metric.interval && std::isfinite(metric.interval->low) && std::isfinite(metric.interval->high)) {
    json["confidenceInterval"] = Json::Object{{"lowerBound", JsonNumber(metric.interval->low)},
                                              {"upperBound", JsonNumber(metric.interval->high)}};
  }
  return json;
}

Json PortsJson(const RunRecord& record, std::string_view ports) {
  Json list = Json::Array{};
  for (const std::string& text : PortTexts(record, ports)) list.Append(Json::Object{{"format", text}});
  return list;
}

Json ModelParameters(const RunRecord& record) {
  Json json;
  json["task"] = "classification";  // The only task that Cupel's checks know.
  if (const std::string text = ArchitectureText(record); !text.empty()) json["modelArchitecture"] = text;
  json["datasets"] = Json::Array{};
  for (const char* input : {"data", "trainingData"}) {
    if (record.frozen["inputs"].Find(input) != nullptr)
      json["datasets"].Append(Json::Object{{"ref", std::string("data:") + input}});
  }
  for (const char* ports : {"inputs", "outputs"}) {
    Json list = PortsJson(record, ports);
    if (!list.AsArray().empty()) json[ports] = std::move(list);
  }
  return json;
}

Json ModelCardJson(const RunRecord& record) {
  Json json;
  json["modelParameters"] = ModelParameters(record);
  Json metrics = Json::Array{};
  for (const CheckRecord& check : record.checks) {
    for (const auto& metric : check.run.result.metrics) {
      if (std::isfinite(metric.value)) metrics.Append(MetricJson(metric, SliceOf(check, record)));
    }
  }
  json["quantitativeAnalysis"]["performanceMetrics"] = std::move(metrics);
  const std::vector<std::string> limitations = Limitations(record);
  if (!limitations.empty()) json["considerations"]["technicalLimitations"] = Json::ArrayOf(limitations);
  return json;
}

/// The assessed model; for a run on predictions, the unknown model that gave them.
Json ModelComponent(const RunRecord& record) {
  Json json;
  json["type"] = "machine-learning-model";
  json["bom-ref"] = "model";
  const Json* model = record.frozen["inputs"].Find("model");
  if (model == nullptr) {
    json["name"] = record.name;
    json["description"] = "The model that gave the predictions; its file was not examined";
  } else {
    json["name"] = record.subject_name;
    json["hashes"] = Hashes(record.subject_digest);
    json["properties"] = Json::Array{};
    Json& properties = json["properties"];
    AddProperty(properties, "cupel:model:contentSha256", Shown((*model)["content"]["sha256"]));
    if (const Json* root = record.Fact("model", "rootDigest"))
      AddProperty(properties, "cupel:model:rootSha256", Shown(*root));
    if (const Json* count = record.Fact("model", "parameters"))
      AddProperty(properties, "cupel:model:parameters", Shown(*count));
    if (const Json* flops = record.Fact("model", "flops"))
      AddProperty(properties, "cupel:model:flops", Shown(*flops));
    if (const Json* preprocessing = model->Find("preprocessing"))
      AddProperty(properties, "cupel:model:preprocessing", preprocessing->Canonical());
  }
  json["modelCard"] = ModelCardJson(record);
  return json;
}

Json DataComponent(const RunRecord& record, const std::string& input, const Json& identity) {
  Json json;
  json["type"] = "data";
  json["bom-ref"] = "data:" + input;
  json["name"] = Shown(identity["name"]);
  Json properties = Json::Array{};
  AddProperty(properties, "cupel:data:identitySha256", Shown(identity["digest"]));
  AddProperty(properties, "cupel:data:samples", Shown(identity["samples"]));
  AddProperty(properties, "cupel:data:subset", Shown(identity["subset"]));
  json["data"] = Json::Array{Json::Object{{"type", "dataset"},
                                          {"name", Shown(identity["name"])},
                                          {"contents", Json::Object{{"properties", properties}}}}};
  if (input != "data") return json;
  // The report describes the evaluation data only.
  if (const Json* provenance = record.Fact("data", "provenance"); provenance != nullptr)
    json["description"] = Shown(*provenance);
  if (const Json* licence = record.Fact("data", "licence"); licence != nullptr && !Shown(*licence).empty())
    json["licenses"] = Json::Array{Json::Object{{"license", Json::Object{{"name", Shown(*licence)}}}}};
  return json;
}

Json Components(const RunRecord& record) {
  Json list = Json::Array{};
  const Json& inputs = record.frozen["inputs"];
  for (const char* input : {"data", "trainingData"}) {
    if (const Json* identity = inputs.Find(input)) list.Append(DataComponent(record, input, *identity));
  }
  if (inputs.Find("predictions") != nullptr) {
    list.Append(Json::Object{{"type", "data"},
                             {"bom-ref", "data:predictions"},
                             {"name", record.subject_name},
                             {"hashes", Hashes(record.subject_digest)}});
  }
  return list;
}

Json Metadata(const RunRecord& record) {
  Json tool;
  tool["type"] = "application";
  tool["bom-ref"] = "cupel";
  tool["name"] = "cupel";
  tool["version"] = Shown(record.engine["version"]);
  if (const auto executable = Digest::FromHex(Shown(record.engine["executable"]["sha256"])))
    tool["hashes"] = Hashes(*executable);
  Json json;
  if (const auto time = record.Time()) json["timestamp"] = *time;
  json["tools"]["components"] = Json::Array{std::move(tool)};
  json["component"] = ModelComponent(record);
  json["properties"] = Json::Array{
      Property("cupel:assessment", record.name), Property("cupel:plan:sha256", record.plan_digest.Hex()),
      Property("cupel:ledger:root", record.verification.ledger_root.Hex()),
      Property("cupel:ledger:size", std::to_string(record.verification.ledger_size)),
      Property("cupel:signer", record.verification.signer)};
  return json;
}

/// Every signed statement and the checkpoint, by digest.
Json References(const RunRecord& record) {
  Json list = Json::Array{};
  for (const RunFile& file : record.Statements()) {
    list.Append(Json::Object{{"type", "attestation"}, {"url", file.name}, {"hashes", Hashes(file.digest)}});
  }
  list.Append(Json::Object{
      {"type", "evidence"}, {"url", record.checkpoint.name}, {"hashes", Hashes(record.checkpoint.digest)}});
  return list;
}

}  // namespace

Json CycloneDx(const RunRecord& record) {
  Json json;
  json["$schema"] = "http://cyclonedx.org/schema/bom-1.7.schema.json";
  json["bomFormat"] = "CycloneDX";
  json["specVersion"] = "1.7";
  json["serialNumber"] = "urn:uuid:" + UuidOf(record.plan_digest);
  json["version"] = 1;
  json["metadata"] = Metadata(record);
  json["components"] = Components(record);
  json["externalReferences"] = References(record);
  json["declarations"] = Declarations(record);
  json["definitions"]["standards"] = Standards();
  return json;
}

}  // namespace cupel::application::exporting
