// SPDX-License-Identifier: Apache-2.0
// The executor as a whole: random networks against the evaluation of one node after the other, whose values
// nobody overwrites or releases; gradients through them; threads; and what it says when something is wrong.
#include "cupel/algorithm/gradient/gradient_executor.h"

#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <thread>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using graph::DataType;
using graph::Graph;
using graph::Node;
using graph::TensorValue;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::int64_t kSize = 3;

TensorValue Drawn(ReproducibleStream& stream, const graph::Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = stream.Uniform(-1.0F, 1.0F);
  return TensorValue::FromFloats(shape, values);
}

/// A random network over [n, 3] values: products with weights, sums, rectifiers and copies, each reading any
/// earlier values, so that a value has no, one or many readers; some are outputs as well. What the executor
/// may overwrite and release, and what it must not, is all in there.
Graph RandomNetwork(std::uint64_t seed) {
  ReproducibleStream stream(seed, "network");
  Graph graph;
  graph.name = "random";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "v0", .type = DataType::kFloat32, .shape = {}});
  const auto earlier = [&](std::size_t count) { return "v" + std::to_string(stream.Below(count)); };
  const std::size_t nodes = 4 + stream.Below(12);
  for (std::size_t i = 1; i <= nodes; ++i) {
    const std::string name = "v" + std::to_string(i);
    // Mostly the value before: chains of product, sum and rectifier are where overwriting happens.
    const std::string x = stream.Below(3) > 0 ? "v" + std::to_string(i - 1) : earlier(i);
    switch (stream.Below(6)) {
      case 0: {
        graph.initializers["w" + name] = Drawn(stream, {kSize, kSize});
        graph.nodes.push_back(Node{"n" + name, "MatMul", "", {x, "w" + name}, {name}, {}});
        break;
      }
      case 1: {
        graph.initializers["w" + name] = Drawn(stream, {kSize, kSize});
        graph.initializers["b" + name] = Drawn(stream, {kSize});
        graph.nodes.push_back(Node{"n" + name, "Gemm", "", {x, "w" + name, "b" + name}, {name}, {}});
        break;
      }
      case 2:
      case 3: graph.nodes.push_back(Node{"n" + name, "Relu", "", {x}, {name}, {}}); break;
      case 4: graph.nodes.push_back(Node{"n" + name, "Add", "", {x, earlier(i)}, {name}, {}}); break;
      default: graph.nodes.push_back(Node{"n" + name, "Identity", "", {x}, {name}, {}});
    }
    if (i == nodes || stream.Below(4) == 0)
      graph.outputs.push_back({.name = name, .type = DataType::kFloat32, .shape = {}});
  }
  return graph;
}

/// All outputs by evaluating node after node.
std::vector<TensorValue> NodeByNode(const Graph& graph, const TensorValue& x) {
  std::map<std::string, TensorValue, std::less<>> values = graph.initializers;
  values["v0"] = x;
  for (const Node& node : graph.nodes) {
    Values inputs;
    for (const std::string& input : node.inputs) inputs.push_back(values.at(input));
    values[node.outputs[0]] = EvaluateNode(node, inputs, 13).value()[0];
  }
  std::vector<TensorValue> outputs;
  for (const auto& output : graph.outputs) outputs.push_back(values.at(output.name));
  return outputs;
}

TEST(RandomNetworks, AreComputedAsNodeByNodeAndLeaveInputAndWeightsAlone) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const Graph graph = RandomNetwork(seed);
    ReproducibleStream stream(seed, "input");
    const TensorValue x = Drawn(stream, {4, kSize});
    const std::vector<TensorValue> expected = NodeByNode(graph, x);
    CUPEL_ASSERT_OK(const auto executor, GradientExecutor::Create(graph, {}));
    const Tensor input = ToTensor(x, at::kCPU);
    for (int repeat = 0; repeat < 2; ++repeat) {  // twice: the first run must not have changed a weight
      CUPEL_ASSERT_OK(const std::vector<Tensor> actual, executor->Forward({&input, 1}));
      ASSERT_EQ(actual.size(), expected.size());
      for (std::size_t i = 0; i < actual.size(); ++i)
        EXPECT_TRUE(FromTensor(actual[i]) == expected[i]) << "seed " << seed << ", output " << i;
    }
    EXPECT_TRUE(FromTensor(input) == x) << "seed " << seed;
  }
}

// Overwriting must not touch what the backward pass reads. The networks are piecewise linear, so a central
// difference over a short distance is exact unless a rectifier bends in between; those seeds are few.
TEST(RandomNetworks, HaveTheGradientsOfTheirDifferences) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Graph graph = RandomNetwork(seed);
    CUPEL_ASSERT_OK(const auto executor,
                    GradientExecutor::Create(graph, {.compute_type = DataType::kFloat64}));
    ReproducibleStream stream(seed, "input");
    const Tensor x = ToTensor(Drawn(stream, {2, kSize}), at::kCPU).to(at::kDouble);
    const auto objective = [&](const Tensor& at_x, Recording recording) {
      Tensor sum;
      const std::vector<Tensor> outputs = executor->Forward({&at_x, 1}, recording).value();
      for (const Tensor& output : outputs) sum = sum.defined() ? sum.add(output.sum()) : output.sum();
      return sum;
    };
    Tensor recorded = x.clone().requires_grad_(true);
    const Tensor value = objective(recorded, Recording::kOn);
    if (!value.requires_grad()) continue;
    const Tensor gradient = torch::autograd::grad({value}, {recorded}, {}, c10::nullopt, false, true)[0];
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const auto moved = [&](double by) {
        Tensor other = x.clone();
        other.view({-1})[i] += by;
        return objective(other, Recording::kOff).item<double>();
      };
      const double wide = (moved(1e-4) - moved(-1e-4)) / 2e-4;
      const double narrow = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      if (std::abs(wide - narrow) > 1e-6) continue;  // a bend
      const double actual = gradient.defined() ? gradient.contiguous().data_ptr<double>()[i] : 0;
      EXPECT_NEAR(actual, narrow, 1e-6 * (1 + std::abs(narrow))) << "seed " << seed << ", element " << i;
      ++compared;
    }
  }
  EXPECT_GT(compared, 250);
}

TEST(GradientExecutor, ManyThreadsGetTheBitsOfOne) {
  const Graph graph = RandomNetwork(7);
  CUPEL_ASSERT_OK(const auto executor, GradientExecutor::Create(graph, {}));
  ReproducibleStream stream(1, "input");
  const Tensor x = ToTensor(Drawn(stream, {32, kSize}), at::kCPU);
  CUPEL_ASSERT_OK(const std::vector<Tensor> alone, executor->Forward({&x, 1}));
  std::vector<int> same(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int repeat = 0; repeat < 50; ++repeat) {
        const auto outputs = executor->Forward({&x, 1}, repeat % 2 == 0 ? Recording::kOn : Recording::kOff);
        same[t] += outputs && (*outputs)[0].detach().equal(alone[0]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(4, 50));
}

/// y = relu(x w), whose parts the tests below spoil.
Graph Chain() {
  Graph graph;
  graph.name = "chain";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "y", .type = DataType::kFloat32, .shape = {}});
  graph.initializers["w"] = Floats({3, 2}, {1, 2, 3, 4, 5, 6});
  graph.nodes = {Node{"product", "MatMul", "", {"x", "w"}, {"h"}, {}},
                 Node{"act", "Relu", "", {"h"}, {"y"}, {}}};
  return graph;
}

TEST(GradientExecutor, AnyNumberOfRowsIsComputed) {
  CUPEL_ASSERT_OK(const auto executor, GradientExecutor::Create(Chain(), {}));
  for (const std::int64_t n : {0, 1, 5, 100}) {
    const Tensor x = tensor::FromFloats(std::vector<float>(static_cast<std::size_t>(3 * n), 1.0F), {n, 3});
    CUPEL_ASSERT_OK(const std::vector<Tensor> y, executor->Forward({&x, 1}));
    EXPECT_EQ(y[0].sizes(), (at::IntArrayRef{n, 2}));
  }
}

TEST(GradientExecutor, AFailureNamesNodeAndOperator) {
  CUPEL_ASSERT_OK(const auto executor, GradientExecutor::Create(Chain(), {}));
  const auto refused = HasError(ErrorCode::kInvalidArgument, HasSubstr("node \"product\" (MatMul)"));
  const Tensor narrow = tensor::FromFloats(std::vector<float>(4), {2, 2});
  EXPECT_THAT(executor->Forward({&narrow, 1}), refused);
  const Tensor wide = tensor::FromFloats(std::vector<float>(6), {2, 3}).to(at::kDouble);
  EXPECT_THAT(executor->Forward({&wide, 1}), refused);
  EXPECT_THAT(executor->Forward({}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("takes 1 inputs, got 0")));
  Graph unnamed = Chain();
  unnamed.nodes[0].name.clear();
  CUPEL_ASSERT_OK(const auto other, GradientExecutor::Create(unnamed, {}));
  EXPECT_THAT(other->Forward({&narrow, 1}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("operator MatMul")));
}

TEST(GradientExecutor, AGraphThatCannotRunIsRefusedBeforeItRuns) {
  struct Fault {
    const char* text;
    ErrorCode code;
    void (*spoil)(Graph& graph);
  };
  for (const Fault& fault :
       std::vector<Fault>{{"value \"z\", read by node \"act\" (Relu), is not produced before",
                           ErrorCode::kInvalidArgument, [](Graph& g) { g.nodes[1].inputs[0] = "z"; }},
                          {"value \"h\", read by node \"act\" (Relu), is not produced before",
                           ErrorCode::kInvalidArgument, [](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); }},
                          {"value \"h\" is produced twice", ErrorCode::kInvalidArgument,
                           [](Graph& g) { g.nodes.push_back(g.nodes[0]); }},
                          {"value \"x\" is produced twice", ErrorCode::kInvalidArgument,
                           [](Graph& g) { g.initializers["x"] = g.initializers["w"]; }},
                          {"read by the graph's outputs", ErrorCode::kInvalidArgument,
                           [](Graph& g) { g.outputs[0].name = "nothing"; }},
                          {"Wish, org.example.Relu", ErrorCode::kUnsupported,
                           [](Graph& g) {
                             g.nodes[0].op_type = "Wish";
                             g.nodes[1].domain = "org.example";
                           }},
                          {"initializer \"w\": a constant of shape with 16 bytes holds 24",
                           ErrorCode::kCorrupt, [](Graph& g) { g.initializers["w"].shape = {2, 2}; }},
                          {"initializer \"w\": element type", ErrorCode::kUnsupported,
                           [](Graph& g) { g.initializers["w"].type = DataType::kString; }}}) {
    Graph graph = Chain();
    fault.spoil(graph);
    EXPECT_THAT(GradientExecutor::Create(graph, {}),
                HasError(fault.code, AllOf(HasSubstr(fault.text), HasSubstr("chain"))))
        << fault.text;
  }
}

TEST(GradientExecutor, OnlyTrainedWeightsAreParameters) {
  CUPEL_ASSERT_OK(const auto plain, GradientExecutor::Create(Chain(), {}));
  EXPECT_TRUE(plain->parameters().empty());
  EXPECT_FALSE(plain->weights().at("w").requires_grad());
  CUPEL_ASSERT_OK(const auto trained, GradientExecutor::Create(Chain(), {.training = true}));
  EXPECT_EQ(trained->parameters(), std::vector<std::string>{"w"});
  CUPEL_ASSERT_OK(const auto frozen, GradientExecutor::Create(Chain(), {.training = true, .frozen = {"w"}}));
  EXPECT_TRUE(frozen->parameters().empty());
  // The tensors are those that Forward reads.
  trained->weights().at("w").detach().zero_();
  const Tensor x = tensor::FromFloats(std::vector<float>(3, 1.0F), {1, 3});
  CUPEL_ASSERT_OK(const std::vector<Tensor> y, trained->Forward({&x, 1}));
  EXPECT_EQ(tensor::ToFloats(y[0]), (std::vector<float>{0, 0}));
}

TEST(GradientExecutor, TimesEveryNodeOnceWhenAsked) {
  std::vector<std::string> timed;
  CUPEL_ASSERT_OK(const auto executor,
                  GradientExecutor::Create(Chain(), {.on_node = [&](const Node& node, double seconds) {
                                             EXPECT_GE(seconds, 0);
                                             timed.push_back(node.name);
                                           }}));
  const Tensor x = tensor::FromFloats(std::vector<float>(3, 1.0F), {1, 3});
  ASSERT_TRUE(executor->Forward({&x, 1}).has_value());
  EXPECT_EQ(timed, (std::vector<std::string>{"product", "act"}));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
