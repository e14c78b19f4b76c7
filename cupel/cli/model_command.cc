// SPDX-License-Identifier: Apache-2.0
// cupel model show|run|conformance: what a model is, what it answers, and how much of ONNX this build runs
// right.
#include <fmt/format.h>

#include "cupel/algorithm/conformance/conformance.h"
#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/onnx/external_data_files.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/model_bench_command.h"
#include "cupel/cli/text_table.h"
#include "cupel/data/dataset/open.h"
#include "cupel/data/dataset/subset.h"
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

struct RunArguments {
  std::string model;
  std::string data;
  std::string subset = "first 10";
  std::string out;
  std::string device = "cpu";
  double scale = 1;
  int jobs = 0;
};

Status RunModel(Session& session, const RunArguments& arguments) {
  CUPEL_TRY(const Graph graph, algorithm::onnx::ReadModel(arguments.model));
  CUPEL_TRY(data::dataset::DatasetPointer data, data::dataset::OpenDataset(arguments.data));
  CUPEL_TRY(const data::dataset::Subset subset, data::dataset::Subset::Parse(arguments.subset));
  if (subset.kind != data::dataset::SubsetKind::kAll) {
    CUPEL_TRY(data, data::dataset::TakeSubset(data, subset));
  }
  algorithm::executor::ClassifierOptions options;
  CUPEL_TRY(options.device, algorithm::tensor::ParseDevice(arguments.device));
  options.sample_shape = data->info().sample_shape;
  options.preprocessing.scale = static_cast<float>(arguments.scale);
  auto model = algorithm::executor::Classifier::Create(graph, options);
  if (!model) return FailAt(arguments.model, std::move(model).error());
  const int workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  CUPEL_TRY(const auto predictions,
            algorithm::evaluate::Predict(**model, *data, workers, session.progress()));
  if (!arguments.out.empty()) return WritePredictionsFile(predictions, arguments.out);
  TextTable table({"sample", "label", "predicted", "score"});
  Json rows = Json::Array{};
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const auto label = static_cast<std::size_t>(predictions.labels[static_cast<std::size_t>(i)]);
    const auto predicted = static_cast<std::size_t>(predictions.Predicted(i));
    const float score = predictions.Row(i)[predicted];
    table.Add({std::to_string(data->OriginalIndex(i)), data->info().class_names[label],
               predicted < data->info().class_names.size() ? data->info().class_names[predicted]
                                                           : std::to_string(predicted),
               fmt::format("{:.4f}", score)});
    rows.Append(Json::Object{{"sample", data->OriginalIndex(i)},
                             {"label", label},
                             {"predicted", predicted},
                             {"score", double{score}}});
  }
  session.Print(table.ToString(), Json::Object{{"predictions", rows}});
  return {};
}

Status Conformance(Session& session, const std::string& folder, const std::string& filter, int jobs) {
  algorithm::conformance::ConformanceOptions options;
  options.progress = &session.progress();
  options.workers = jobs > 0 ? jobs : AvailableProcessors();
  options.filter = filter;
  CUPEL_TRY(const auto report, algorithm::conformance::RunConformance(folder, options));
  session.Print(report.ToText(), report.ToJson());
  for (const auto& [suite, tally] : report.BySuite()) {
    if (tally.failed > 0) session.exit_code = kRequirementFailed;
  }
  return {};
}

void AddShow(CLI::App& model, Session& session) {
  CLI::App* show = AddCommand(model, "show", "Inputs, outputs, operators, parameters, FLOPs and digest.",
                              "  cupel model show m.onnx\n");
  auto path = std::make_shared<std::string>();
  show->add_option("model", *path, "ONNX file")->required();
  OnRun(show, session, [&session, path] { return Show(session, *path); });
}

void AddRun(CLI::App& model, Session& session) {
  CLI::App* run =
      AddCommand(model, "run", "Answers of the model on data; with --out as a predictions file.",
                 "  cupel model run m.onnx --data test.toml --subset \"first 10\"\n"
                 "  cupel model run m.onnx --data test.toml --subset all --out predictions.csv\n");
  auto arguments = std::make_shared<RunArguments>();
  run->add_option("model", arguments->model, "ONNX file")->required();
  run->add_option("--data,-d", arguments->data, "Manifest of the data")->required();
  run->add_option("--subset", arguments->subset, "Which samples");
  run->add_option("--scale", arguments->scale, "The network sees x * scale");
  run->add_option("--out,-o", arguments->out, "Predictions file (CSV) to write");
  run->add_option("--device", arguments->device, "cpu, cuda or cuda:N");
  run->add_option("--jobs,-j", arguments->jobs, "Workers")->check(CLI::Range(1, 1024));
  OnRun(run, session, [&session, arguments] { return RunModel(session, *arguments); });
}

void AddConformance(CLI::App& model, Session& session) {
  CLI::App* conformance =
      AddCommand(model, "conformance", "Runs ONNX's backend tests: passed, failed, unsupported with reasons.",
                 "  cupel model conformance /usr/share/libonnx-testdata/data\n");
  struct Arguments {
    std::string folder, filter;
    int jobs = 0;
  };
  auto arguments = std::make_shared<Arguments>();
  conformance
      ->add_option("folder", arguments->folder,
                   "Folder with node/, simple/, pytorch-converted/, pytorch-operator/")
      ->required();
  conformance->add_option("--filter", arguments->filter, "Only tests whose suite/name contains this");
  conformance->add_option("--jobs,-j", arguments->jobs, "Workers")->check(CLI::Range(1, 1024));
  OnRun(conformance, session, [&session, arguments] {
    return Conformance(session, arguments->folder, arguments->filter, arguments->jobs);
  });
}

}  // namespace

void AddModel(CLI::App& app, Session& session) {
  CLI::App* model = AddCommand(app, "model", "Looks at, runs and measures ONNX models.",
                               "  cupel model show m.onnx\n  cupel model bench m.onnx\n");
  model->require_subcommand(1);
  AddShow(*model, session);
  AddRun(*model, session);
  AddModelBench(*model, session);
  AddConformance(*model, session);
}

}  // namespace cupel::cli
