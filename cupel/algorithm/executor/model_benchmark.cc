// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/model_benchmark.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/ones_like.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/gradient/gradient_executor.h"
#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/base/clock.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::executor {
namespace {

using tensor::Tensor;

/// Smallest time of `work` over the repetitions, after one run that is not counted.
template <typename Work>
Result<double> BestSeconds(int repetitions, Work work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= repetitions; ++i) {
    const double start = SystemClock().MonotonicSeconds();
    CUPEL_TRY_STATUS(work());
    if (i > 0) best = std::min(best, SystemClock().MonotonicSeconds() - start);
  }
  return best;
}

Result<Tensor> NoiseInput(const graph::ValueInfo& input, const ModelBenchmarkOptions& options) {
  if (!input.shape || input.shape->empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the input's shape is not known", input.name);
  }
  graph::Shape shape = {options.batch};
  for (std::size_t i = 1; i < input.shape->size(); ++i) {
    if (!(*input.shape)[i].value) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("dimension {} of the input is not known", i),
                  input.name, "export the model with fixed sample dimensions");
    }
    shape.push_back(*(*input.shape)[i].value);
  }
  ReproducibleStream stream(0, "model.bench");
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = stream.Uniform();
  return tensor::FromFloats(values, shape).to(options.device.torch());
}

/// Per-operator times of the forward pass, from the general executor's own clock.
Status TimeNodes(const graph::Graph& graph, const Tensor& input, const ModelBenchmarkOptions& options,
                 ModelBenchmark& result) {
  std::map<const graph::Node*, double> best;
  gradient::GradientOptions engine_options;
  engine_options.device = options.device;
  engine_options.on_node = [&](const graph::Node& node, double seconds) {
    const auto [it, inserted] = best.emplace(&node, seconds);
    if (!inserted) it->second = std::min(it->second, seconds);
  };
  CUPEL_TRY(const auto engine, gradient::GradientExecutor::Create(graph, engine_options));
  for (int i = 0; i <= options.repetitions; ++i) {
    CUPEL_TRY([[maybe_unused]] const auto outputs, engine->Forward({&input, 1}));
  }
  const graph::Cost cost = graph::MeasureCost(engine->graph(), options.batch);
  for (std::size_t i = 0; i < engine->graph().nodes.size(); ++i) {
    const graph::Node& node = engine->graph().nodes[i];
    const std::int64_t flops = i < cost.nodes.size() ? cost.nodes[i].flops.value_or(0) : 0;
    result.nodes.push_back({node.name, node.op_type, best[&node], flops});
  }
  result.flops = cost.linear_flops;
  return {};
}

}  // namespace

double MeasureMatrixProductRate(tensor::Device device) {
  constexpr std::int64_t kSide = 1024;
  const std::vector<float> values(kSide * kSide, 0.5F);
  const Tensor a = tensor::FromFloats(values, {kSide, kSide}).to(device.torch());
  const Result<double> seconds = BestSeconds(10, [&]() -> Status {
    const Tensor product = at::mm(a, a);
    CUPEL_CHECK(product[0][0].item<float>() == 256.0F);
    return {};
  });
  return 2.0 * kSide * kSide * kSide / *seconds;
}

Result<ModelBenchmark> BenchmarkModel(const graph::Graph& graph, const ModelBenchmarkOptions& options) {
  if (options.batch < 1 || options.repetitions < 1 || graph.inputs.size() != 1) {
    return Fail(ErrorCode::kInvalidArgument, "a benchmark needs one input, a batch >= 1 and repetitions >= 1",
                graph.name);
  }
  tensor::UseOneThreadPerOperator();
  CUPEL_TRY(const Tensor input, NoiseInput(graph.inputs[0], options));
  CUPEL_TRY(const auto executor,
            MakeExecutor(
                graph, {.device = options.device, .kind = options.executor, .precision = options.precision}));
  ModelBenchmark result;
  result.batch = options.batch;
  CUPEL_TRY(const graph::Optimised optimised,
            graph::Optimise(graph, {.evaluate = gradient::EvaluateNode, .skip = {}}));
  CUPEL_TRY_STATUS(TimeNodes(optimised.graph, input, options, result));
  CUPEL_TRY(result.forward_seconds, BestSeconds(options.repetitions, [&]() -> Status {
              CUPEL_TRY([[maybe_unused]] const Tensor output, executor->Forward(input));
              return {};
            }));
  CUPEL_TRY(result.forward_gradient_seconds, BestSeconds(options.repetitions, [&]() -> Status {
              CUPEL_TRY([[maybe_unused]] const Pass pass,
                        executor->ForwardGradient(
                            input, [](const Tensor& output) { return at::ones_like(output); }));
              return {};
            }));
  result.peak_flops_per_second = MeasureMatrixProductRate(options.device);
  return result;
}

}  // namespace cupel::algorithm::executor
