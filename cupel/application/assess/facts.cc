// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/facts.h"

#include <fmt/format.h>

#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/tensor/library_version.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"

namespace cupel::application::assess {
namespace {

using algorithm::graph::ValueInfo;

Json PortsJson(const std::vector<ValueInfo>& ports) {
  Json list = Json::Array{};
  for (const ValueInfo& port : ports) {
    Json shape = Json::Array{};
    for (const auto& dimension : port.shape.value_or(std::vector<algorithm::graph::Dimension>{})) {
      shape.Append(dimension.value ? Json(*dimension.value)
                                   : Json(dimension.symbol.empty() ? "?" : dimension.symbol));
    }
    list.Append(Json::Object{{"name", port.name}, {"type", DataTypeName(port.type)}, {"shape", shape}});
  }
  return list;
}

}  // namespace

Json ModelFacts(const std::string& name, const Digest& sha256, const algorithm::graph::Graph& graph) {
  const algorithm::graph::Cost cost = MeasureCost(graph);
  Json json;
  json["name"] = name;
  json["sha256"] = sha256.Hex();
  json["parameters"] = cost.parameters;
  if (cost.unknown_nodes == 0) json["flops"] = cost.flops;
  json["inputs"] = PortsJson(graph.inputs);
  json["outputs"] = PortsJson(graph.outputs);
  json["operators"] = Json::Array{};
  for (const auto& [op_type, count] : cost.operators) {
    json["operators"].Append(Json::Object{{"name", op_type}, {"count", count}});
  }
  return json;
}

Json DataFacts(const data::dataset::Dataset& dataset) {
  const data::dataset::DatasetInfo& info = dataset.info();
  return Json::Object{{"name", info.name},
                      {"sha256", info.digest.Hex()},
                      {"samples", dataset.size()},
                      {"provenance", info.provenance},
                      {"licence", info.licence}};
}

std::string MachineName() {
  constexpr std::string_view kKey = "model name\t: ";
  const std::string text = ReadTextFile("/proc/cpuinfo").value_or("");
  const std::size_t start = text.find(kKey);
  const std::string processor =
      start == std::string::npos
          ? "unknown processor"
          : text.substr(start + kKey.size(), text.find('\n', start) - start - kKey.size());
  return fmt::format("{}, {} processors, {}", processor, AvailableProcessors(),
                     algorithm::tensor::InstructionSet());
}

}  // namespace cupel::application::assess
