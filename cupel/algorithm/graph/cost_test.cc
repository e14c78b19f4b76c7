// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/shape_text_for_test.h"

namespace cupel::algorithm::graph {
namespace {

using Ints = std::vector<std::int64_t>;
using ::testing::ElementsAre;
using ::testing::Pair;

/// FLOPs of the first node.
std::optional<std::int64_t> FlopsOf(std::vector<std::string> input, Node node,
                                    std::map<std::string, TensorValue, std::less<>> constants = {}) {
  return MeasureCost(MakeGraph(std::move(input), {std::move(node)}, std::move(constants))).nodes[0].flops;
}

TEST(CostTest, LinearOperatorsByTheirDefinition) {
  // Depthwise: each of 6 channels, 7 places, one filter of 3.
  EXPECT_EQ(FlopsOf({"N", "6", "9"}, MakeNode("Conv", {"x", "w"}, {"y"}, {{"group", std::int64_t{6}}}),
                    {{"w", Zeros({6, 1, 3})}}),
            2 * 6 * 7 * 3);
  // Each of 4 * 5 inputs is spread over 2 * 3 outputs, whatever the stride.
  EXPECT_EQ(FlopsOf({"N", "4", "5"}, MakeNode("ConvTranspose", {"x", "w"}, {"y"}, {{"strides", Ints{3}}}),
                    {{"w", Zeros({4, 2, 3})}}),
            2 * 4 * 5 * 2 * 3);
  EXPECT_EQ(FlopsOf({"N", "8", "3", "4"}, MakeNode("MatMul", {"x", "w"}, {"y"}), {{"w", Zeros({4, 5})}}),
            2 * 8 * 3 * 4 * 5);
  EXPECT_EQ(FlopsOf({"4", "3"}, MakeNode("Gemm", {"x", "w"}, {"y"}, {{"transA", std::int64_t{1}}}),
                    {{"w", Zeros({4, 5})}}),
            2 * 3 * 4 * 5);
  EXPECT_EQ(FlopsOf({"4"}, MakeNode("MatMul", {"x", "w"}, {"y"}), {{"w", Zeros({4})}}), 2 * 4);
  EXPECT_EQ(FlopsOf({"N", "0"}, MakeNode("MatMul", {"x", "w"}, {"y"}), {{"w", Zeros({0, 5})}}), 0);
}

TEST(CostTest, OtherOperatorsByElementAndMovesForNothing) {
  EXPECT_EQ(FlopsOf({"N", "3", "4"}, MakeNode("Relu", {"x"}, {"y"})), 12);
  EXPECT_EQ(FlopsOf({"N", "3", "4"}, MakeNode("ReduceSum", {"x"}, {"y"})), 1);
  for (const char* op : {"Identity", "Dropout", "Flatten", "Transpose", "Shape", "Cast", "Squeeze"}) {
    EXPECT_EQ(FlopsOf({"N", "H"}, MakeNode(op, {"x"}, {"y"})), 0) << op;
  }
  EXPECT_EQ(FlopsOf({"N", "3"}, Node{"", "Relu", "com.example", {"x"}, {"y"}, {}}), std::nullopt);
  EXPECT_EQ(FlopsOf({"N", "3"}, MakeNode("Conv", {}, {"y"})), std::nullopt);
  EXPECT_EQ(FlopsOf({"N", "3"}, MakeNode("MatMul", {"x"}, {""})), std::nullopt);
}

TEST(CostTest, ParametersAreCountedOnceAndWithoutRunningStatistics) {
  Graph graph = MakeGraph({"N", "4"},
                          {MakeNode("BatchNormalization", {"x", "s", "b", "m", "v"}, {"a"}),
                           MakeNode("Mul", {"a", "s"}, {"c"}), MakeNode("Mul", {"c", "scalar"}, {"d"}),
                           MakeNode("Gather", {"d", "i"}, {"y"}), MakeNode("Add", {"m", "half"}, {"z"})},
                          {{"s", Zeros({4})},
                           {"b", Zeros({4})},
                           {"m", Zeros({4})},
                           {"v", Zeros({4})},
                           {"scalar", Zeros({})},
                           {"i", Integers({1})},
                           {"unused", Zeros({100})},
                           {"half", {DataType::kFloat16, {3}, std::make_shared<const Bytes>(6), {}}}});
  // s and b; m again because Add reads it as a number; three halves. Not v, the scalar, integers, the unused.
  EXPECT_EQ(MeasureCost(graph).parameters, 4 + 4 + 4 + 3);
  graph.nodes.pop_back();
  EXPECT_EQ(MeasureCost(graph).parameters, 8);
  EXPECT_THAT(MeasureCost(graph).operators,
              ElementsAre(Pair("BatchNormalization", 1), Pair("Gather", 1), Pair("Mul", 2)));
}

TEST(CostTest, TheBatchReplacesFirstDimensionsAndTheirSymbol) {
  Graph graph = MakeGraph({"N", "3"}, {MakeNode("Concat", {"x", "z"}, {"a"}, {{"axis", std::int64_t{0}}}),
                                       MakeNode("Relu", {"a"}, {"y"}), MakeNode("Relu", {"u"}, {"v"})});
  graph.inputs.push_back(FloatValue("z", {"M", "3"}));
  graph.inputs.push_back(FloatValue("u", {"2", "N"}));
  const Cost cost = MeasureCost(graph, 5);
  EXPECT_EQ(cost.nodes[1].flops, (5 + 5) * 3);
  EXPECT_EQ(cost.nodes[2].flops, 2 * 5) << "N is the batch wherever it stands";
  EXPECT_EQ(cost.unknown_nodes, 0);
}

TEST(CostTest, SaturatesInsteadOfWrapping) {
  const std::string large = std::to_string(std::int64_t{1} << 31);
  std::vector<Node> nodes;
  for (int i = 0; i < 4; ++i) nodes.push_back(MakeNode("Relu", {"x"}, {"y" + std::to_string(i)}));
  nodes[0].outputs = {"y"};
  EXPECT_EQ(MeasureCost(MakeGraph({large, large}, nodes)).flops, INT64_MAX);
  const Cost beyond = MeasureCost(MakeGraph({large, large, "4"}, nodes));
  EXPECT_EQ(beyond.flops, 0);
  EXPECT_EQ(beyond.unknown_nodes, 4) << "a product that leaves 63 bits is not known";
}

}  // namespace
}  // namespace cupel::algorithm::graph
