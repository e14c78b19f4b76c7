// SPDX-License-Identifier: Apache-2.0
// cupel model bench: time per operator, and the share of this machine's measured matrix product rate.
#include "cupel/cli/model_bench_command.h"

#include <fmt/format.h>

#include "cupel/algorithm/executor/model_benchmark.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::executor::ModelBenchmark;

struct Arguments {
  std::string model;
  std::string device = "cpu";
  std::string executor = "general";
  algorithm::executor::ModelBenchmarkOptions options;
};

Json ToJson(const ModelBenchmark& result) {
  Json json;
  json["batch"] = result.batch;
  json["forwardMsPerSample"] = 1e3 * result.forward_seconds / static_cast<double>(result.batch);
  json["forwardGradientMsPerSample"] =
      1e3 * result.forward_gradient_seconds / static_cast<double>(result.batch);
  json["peakGflopPerSecond"] = result.peak_flops_per_second * 1e-9;
  json["forwardShareOfPeak"] = result.ForwardShareOfPeak();
  json["gradientShareOfPeak"] = result.GradientShareOfPeak();
  json["nodes"] = Json::Array{};
  for (const auto& node : result.nodes) {
    json["nodes"].Append(Json::Object{
        {"name", node.name}, {"operator", node.op_type}, {"seconds", node.seconds}, {"flops", node.flops}});
  }
  return json;
}

std::string ToText(const ModelBenchmark& result) {
  double total = 0;
  for (const auto& node : result.nodes) total += node.seconds;
  TextTable table({"node", "operator", "ms", "share of time", "GFLOP/s"});
  for (const auto& node : result.nodes) {
    table.Add(
        {node.name, node.op_type, fmt::format("{:.3f}", 1e3 * node.seconds),
         fmt::format("{:.1f} %", 100 * node.seconds / total),
         node.flops > 0 ? fmt::format("{:.1f}", 1e-9 * static_cast<double>(node.flops) / node.seconds) : ""});
  }
  const auto per_sample = [&](double seconds) { return 1e3 * seconds / static_cast<double>(result.batch); };
  return table.ToString() +
         fmt::format(
             "\nbatch {}, one thread\nforward                 {:.4f} ms a sample, {:.1f} % of peak\n"
             "forward and gradient    {:.4f} ms a sample, {:.1f} % of peak\n"
             "measured matrix product {:.1f} GFLOP/s\n",
             result.batch, per_sample(result.forward_seconds), 100 * result.ForwardShareOfPeak(),
             per_sample(result.forward_gradient_seconds), 100 * result.GradientShareOfPeak(),
             1e-9 * result.peak_flops_per_second);
}

Status Bench(Session& session, Arguments& arguments) {
  CUPEL_TRY(arguments.options.device, algorithm::tensor::ParseDevice(arguments.device));
  if (arguments.executor != "general")
    arguments.options.executor = algorithm::executor::ExecutorKind::kCompiled;
  if (arguments.executor == "compiled-bf16")
    arguments.options.precision = algorithm::compiled::Precision::kBfloat16;
  CUPEL_TRY(const algorithm::graph::Graph graph, algorithm::onnx::ReadModel(arguments.model));
  CUPEL_TRY(const ModelBenchmark result, BenchmarkModel(graph, arguments.options));
  session.Print(ToText(result), ToJson(result));
  return {};
}

}  // namespace

void AddModelBench(CLI::App& model, Session& session) {
  CLI::App* bench = AddCommand(model, "bench",
                               "Time per operator and share of this machine's measured matrix product rate.",
                               "  cupel model bench m.onnx --batch 64\n");
  auto arguments = std::make_shared<Arguments>();
  bench->add_option("model", arguments->model, "ONNX file")->required();
  bench->add_option("--batch", arguments->options.batch, "Samples in a batch");
  bench->add_option("--repetitions", arguments->options.repetitions, "The best of so many runs counts");
  bench->add_option("--device", arguments->device, "cpu, cuda or cuda:N");
  bench
      ->add_option("--executor", arguments->executor,
                   "general, compiled or compiled-bf16: whose passes are timed")
      ->check(CLI::IsMember({"general", "compiled", "compiled-bf16"}));
  OnRun(bench, session, [&session, arguments] { return Bench(session, *arguments); });
}

}  // namespace cupel::cli
