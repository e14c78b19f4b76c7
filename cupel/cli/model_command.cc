// SPDX-License-Identifier: Apache-2.0
// cupel model show|run|conformance: what a model is, what it answers, and how much of ONNX this build runs
// right.
#include <fmt/format.h>

#include "cupel/algorithm/conformance/conformance.h"
#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/onnx/external_data_files.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/model_bench_command.h"
#include "cupel/cli/model_run.h"
#include "cupel/cli/text_table.h"
#include "cupel/ledger/identity/model_identity.h"

namespace cupel::cli {
namespace {

using algorithm::graph::Graph;
using algorithm::graph::ValueInfo;

std::string ShapeText(const ValueInfo& value) {
  if (!value.shape) return "unknown";
  std::string text = "[";
  for (const auto& dimension : *value.shape) {
    if (text.size() > 1) text += ", ";
    text += dimension.value            ? std::to_string(*dimension.value)
            : dimension.symbol.empty() ? "?"
                                       : dimension.symbol;
  }
  return text + "]";
}

Json PortJson(const ValueInfo& value) {
  return Json::Object{{"name", value.name}, {"type", DataTypeName(value.type)}, {"shape", ShapeText(value)}};
}

// Which operators the compiled executor runs, and which are islands of the general one, with the reason.
Status ShowCompiled(Session& session, const std::string& path) {
  CUPEL_TRY(const Graph graph, algorithm::onnx::ReadModel(path));
  algorithm::executor::ExecutorOptions options;
  options.kind = algorithm::executor::ExecutorKind::kCompiled;
  CUPEL_TRY(const auto parts, algorithm::executor::DescribeCompiled(graph, options));
  TextTable table({"part", "executor", "operators", "linear FLOPs", "reason"});
  Json json;
  json["parts"] = Json::Array{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& part = parts[i];
    std::string operators;
    const algorithm::graph::Cost cost = MeasureCost(part.graph);
    for (const auto& [name, count] : cost.operators)
      operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", count, name);
    const std::string executor = part.compiled ? "compiled" : "general";
    table.Add({std::to_string(i + 1), executor, operators, std::to_string(part.linear_flops), part.reason});
    json["parts"].Append(Json::Object{{"executor", executor},
                                      {"operators", operators},
                                      {"linearFlops", part.linear_flops},
                                      {"reason", part.reason}});
  }
  const double share = algorithm::executor::CompiledShare(parts);
  json["file"] = path;
  json["compiledShare"] = share;
  session.Print(fmt::format("{}\ncompiled  {:.1f} % of the linear work of the optimised graph\n\n{}", path,
                            100 * share, table.ToString()),
                json);
  return {};
}

Status Show(Session& session, const std::string& path) {
  CUPEL_TRY(const Graph graph, algorithm::onnx::ReadModel(path));
  CUPEL_TRY(const auto external, algorithm::onnx::ExternalDataFiles(path));
  CUPEL_TRY(const auto identity, ledger::identity::Identify(path, external));
  const algorithm::graph::Cost cost = MeasureCost(graph);
  TextTable ports({"port", "name", "type", "shape"});
  Json json;
  json["inputs"] = Json::Array{};
  json["outputs"] = Json::Array{};
  for (const ValueInfo& input : graph.inputs) {
    ports.Add({"input", input.name, std::string(DataTypeName(input.type)), ShapeText(input)});
    json["inputs"].Append(PortJson(input));
  }
  for (const ValueInfo& output : graph.outputs) {
    ports.Add({"output", output.name, std::string(DataTypeName(output.type)), ShapeText(output)});
    json["outputs"].Append(PortJson(output));
  }
  TextTable operators({"operator", "count"});
  for (const auto& [name, count] : cost.operators) {
    operators.Add({name, std::to_string(count)});
    json["operators"][name] = count;
  }
  json["file"] = path;
  json["sha256"] = identity.file_sha256.Hex();
  json["omsRoot"] = identity.root.Hex();
  json["resources"] = identity.ToJson()["resources"];
  json["producer"] = graph.producer;
  json["opset"] = graph.Opset();
  json["parameters"] = cost.parameters;
  json["flops"] = cost.flops;
  json["linearFlops"] = cost.linear_flops;
  json["nodesOfUnknownCost"] = cost.unknown_nodes;
  const std::string text = fmt::format(
      "{}\nsha256      {}\nOMS root    {} over {} file{}\nproducer    {}\nopset       {}\nparameters  "
      "{}\nFLOPs       {} a sample, {} of "
      "them linear{}\n\n{}\n{}",
      path, identity.file_sha256.Hex(), identity.root.Hex(), identity.resources.size(),
      identity.resources.size() == 1 ? "" : "s", graph.producer, graph.Opset(), cost.parameters, cost.flops,
      cost.linear_flops,
      cost.unknown_nodes > 0 ? fmt::format(" (at least: {} nodes of unknown shape)", cost.unknown_nodes) : "",
      ports.ToString(), operators.ToString());
  session.Print(text, json);
  return {};
}

Status Conformance(Session& session, const std::string& folder, const std::string& filter,
                   const std::string& executor, int jobs) {
  algorithm::conformance::ConformanceOptions options;
  options.progress = &session.progress();
  options.workers = jobs > 0 ? jobs : AvailableProcessors();
  options.filter = filter;
  if (executor == "compiled") options.runner = algorithm::conformance::CompiledRunner();
  CUPEL_TRY(const auto report, algorithm::conformance::RunConformance(folder, options));
  session.Print(report.ToText(), report.ToJson());
  for (const auto& [suite, tally] : report.BySuite()) {
    if (tally.failed > 0) session.exit_code = kRequirementFailed;
  }
  return {};
}

void AddShow(CLI::App& model, Session& session) {
  CLI::App* show = AddCommand(model, "show", "Inputs, outputs, operators, parameters, FLOPs and digest.",
                              "  cupel model show m.onnx\n  cupel model show m.onnx --executor compiled\n");
  auto path = std::make_shared<std::string>();
  auto executor = std::make_shared<std::string>();
  show->add_option("model", *path, "ONNX file")->required();
  show->add_option("--executor", *executor,
                   "compiled: which operators it runs instead, and why not the others")
      ->check(CLI::IsMember({"compiled"}));
  OnRun(show, session, [&session, path, executor] {
    return executor->empty() ? Show(session, *path) : ShowCompiled(session, *path);
  });
}

void AddModelRun(CLI::App& model, Session& session) {
  CLI::App* run =
      AddCommand(model, "run", "Answers of the model on data; with --out as a predictions file.",
                 "  cupel model run m.onnx --data test.toml --subset \"first 10\"\n"
                 "  cupel model run m.onnx --data test.toml --subset all --out predictions.csv\n");
  auto arguments = std::make_shared<ModelRunArguments>();
  run->add_option("model", arguments->model, "ONNX file")->required();
  AddModelRunOptions(*run, *arguments);
  run->get_option("--data")->required();
  OnRun(run, session, [&session, arguments]() -> Status {
    CUPEL_TRY(const Graph graph, algorithm::onnx::ReadModel(arguments->model));
    return RunModel(session, *arguments, graph);
  });
}

void AddConformance(CLI::App& model, Session& session) {
  CLI::App* conformance =
      AddCommand(model, "conformance", "Runs ONNX's backend tests: passed, failed, unsupported with reasons.",
                 "  cupel model conformance /usr/share/libonnx-testdata/data\n");
  struct Arguments {
    std::string folder, filter, executor = "general";
    int jobs = 0;
  };
  auto arguments = std::make_shared<Arguments>();
  conformance
      ->add_option("folder", arguments->folder,
                   "Folder with node/, simple/, pytorch-converted/, pytorch-operator/")
      ->required();
  conformance->add_option("--filter", arguments->filter, "Only tests whose suite/name contains this");
  conformance->add_option("--executor", arguments->executor, "general or compiled")
      ->check(CLI::IsMember({"general", "compiled"}));
  conformance->add_option("--jobs,-j", arguments->jobs, "Workers")->check(CLI::Range(1, 1024));
  OnRun(conformance, session, [&session, arguments] {
    return Conformance(session, arguments->folder, arguments->filter, arguments->executor, arguments->jobs);
  });
}

}  // namespace

void AddModel(CLI::App& app, Session& session) {
  CLI::App* model = AddCommand(app, "model", "Looks at, runs and measures ONNX models.",
                               "  cupel model show m.onnx\n  cupel model bench m.onnx\n");
  model->require_subcommand(1);
  AddShow(*model, session);
  AddModelRun(*model, session);
  AddModelBench(*model, session);
  AddConformance(*model, session);
}

}  // namespace cupel::cli
