// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/executor.h"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/full.h>

#include "cupel/algorithm/executor/graph_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::executor {
namespace {

using ::cupel::testing::HasError;
using graph::DataType;
using graph::Graph;
using graph::Node;
using tensor::FromFloats;
using tensor::ToFloats;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

TEST(ExecutorTest, ComputesForward) {
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(SmallGraph(), {}));
  CUPEL_ASSERT_OK(const auto output, executor->Forward(FromFloats(std::vector<float>{1, 1}, {1, 2})));
  EXPECT_THAT(ToFloats(output), ElementsAre(4.5F, 0));
}

TEST(ExecutorTest, GradientIsThatOfTheWeightedOutputs) {
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(SmallGraph(), {}));
  CUPEL_ASSERT_OK(const Pass pass,
                  executor->ForwardGradient(FromFloats(std::vector<float>{1, 1}, {1, 2}),
                                            [](const auto& output) { return at::ones_like(output); }));
  EXPECT_THAT(ToFloats(pass.output), ElementsAre(4.5F, 0));
  EXPECT_THAT(ToFloats(pass.input_gradient), ElementsAre(1, 3));  // the second output is cut off by relu
  EXPECT_FALSE(pass.output.requires_grad());
  EXPECT_FALSE(pass.input_gradient.requires_grad());
}

TEST(ExecutorTest, GradientOfAConstantFunctionIsZero) {
  Graph graph = SmallGraph();
  graph.nodes[1] = Node{"step", "Floor", "", {"w"}, {"y"}, {}};
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(graph, {.device = {}, .optimise = false}));
  CUPEL_ASSERT_OK(const Pass pass,
                  executor->ForwardGradient(FromFloats(std::vector<float>{1, 1}, {1, 2}),
                                            [](const auto& output) { return at::ones_like(output); }));
  EXPECT_THAT(ToFloats(pass.input_gradient), ElementsAre(0, 0));
}

TEST(ExecutorTest, NamesEveryMissingOperator) {
  Graph graph = SmallGraph();
  graph.nodes[0].op_type = "Frobnicate";
  graph.nodes[1].domain = "com.example";
  EXPECT_THAT(MakeExecutor(graph, {.device = {}, .optimise = false}),
              HasError(ErrorCode::kUnsupported, HasSubstr("Frobnicate, com.example.Relu")));
}

TEST(ExecutorTest, RefusesAGraphWithTwoInputs) {
  Graph graph = SmallGraph();
  graph.inputs.push_back({.name = "z", .type = DataType::kFloat32, .shape = {}});
  EXPECT_THAT(MakeExecutor(graph, {}), HasError(ErrorCode::kInvalidArgument, HasSubstr("one input")));
}

TEST(ExecutorTest, AWrongShapeNamesTheNode) {
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(SmallGraph(), {.device = {}, .optimise = false}));
  EXPECT_THAT(executor->Forward(FromFloats(std::vector<float>{1, 1, 1}, {1, 3})),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("node \"fc\" (Gemm)")));
}

TEST(ExecutorTest, DoesNotOverwriteItsInputOrWeights) {
  Graph graph = SmallGraph();
  graph.nodes = {Node{"act", "Relu", "", {"x"}, {"h"}, {}}, Node{"sum", "Add", "", {"h", "x"}, {"y"}, {}}};
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(graph, {}));
  const auto input = FromFloats(std::vector<float>{-1, 2}, {1, 2});
  for (int repeat = 0; repeat < 2; ++repeat) {
    CUPEL_ASSERT_OK(const auto output, executor->Forward(input));
    EXPECT_THAT(ToFloats(output), ElementsAre(-1, 4));
    EXPECT_THAT(ToFloats(input), ElementsAre(-1, 2));
  }
}

}  // namespace
}  // namespace cupel::algorithm::executor
