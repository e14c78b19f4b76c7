// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/graph.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/order.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/graph/value_uses.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::graph {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorValue FromBytes(DataType type, Shape shape, Bytes bytes) {
  return {type, std::move(shape), std::make_shared<const Bytes>(std::move(bytes)), {}};
}

TEST(TensorValueTest, ReadsHalfPrecision) {
  // IEEE 754 binary16: 1, -2, 2^-24 (least subnormal), 65504 (largest), infinity.
  const auto half =
      FromBytes(DataType::kFloat16, {5}, {0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c});
  EXPECT_THAT(half.AsDoubles(), ElementsAre(1.0, -2.0, 0x1p-24, 65504.0, INFINITY));
  const auto brain = FromBytes(DataType::kBfloat16, {2}, {0x80, 0x3f, 0x40, 0xc0});
  EXPECT_THAT(brain.AsDoubles(), ElementsAre(1.0, -3.0));
}

TEST(TensorValueTest, ConvertsEveryIntegerType) {
  EXPECT_THAT(FromBytes(DataType::kInt8, {2}, {0xff, 0x7f}).AsInt64s(), ElementsAre(-1, 127));
  EXPECT_THAT(FromBytes(DataType::kUint8, {2}, {0xff, 0x7f}).AsInt64s(), ElementsAre(255, 127));
  EXPECT_THAT(FromBytes(DataType::kInt16, {1}, {0xfe, 0xff}).AsInt64s(), ElementsAre(-2));
  EXPECT_THAT(FromBytes(DataType::kUint64, {1}, Bytes(8, 0xff)).AsInt64s(), ElementsAre(INT64_MAX));
  EXPECT_THAT(TensorValue::FromFloats({3}, {-1.5f, NAN, 1e30f}).AsInt64s(), ElementsAre(-1, 0, INT64_MAX));
}

TEST(TensorValueTest, EqualityIsOfTypeShapeAndBits) {
  EXPECT_EQ(TensorValue::FromFloats({2}, {1, 2}), TensorValue::FromFloats({2}, {1, 2}));
  EXPECT_FALSE(TensorValue::FromFloats({2}, {1, 2}) == TensorValue::FromFloats({1, 2}, {1, 2}));
  EXPECT_FALSE(TensorValue::FromFloats({1}, {0.0f}) == TensorValue::FromFloats({1}, {-0.0f}));
}

TEST(TensorValueTest, NoElementsAreEqualWithOrWithoutBytes) {
  const TensorValue with = TensorValue::FromFloats({0, 3}, {});
  const TensorValue without{DataType::kFloat32, {0, 3}, nullptr, {}};
  EXPECT_EQ(with, without);
  EXPECT_EQ(without, with);
  EXPECT_FALSE(without == (TensorValue{DataType::kFloat32, {3, 0}, nullptr, {}}));
  EXPECT_FALSE(TensorValue::FromFloats({1}, {0}) == (TensorValue{DataType::kFloat32, {1}, nullptr, {}}));
}

TEST(NodeTest, AttributesFallBackWhenAbsentOrOfAnotherKind) {
  const Node node =
      MakeNode("Conv", {}, {}, {{"group", std::int64_t{4}}, {"auto_pad", std::string("VALID")}});
  EXPECT_EQ(node.Integer("group", 1), 4);
  EXPECT_EQ(node.Integer("auto_pad", 7), 7);
  EXPECT_EQ(node.Text("auto_pad", ""), "VALID");
  EXPECT_THAT(node.Integers("pads", {1, 2}), ElementsAre(1, 2));
  EXPECT_EQ(node.Tensor("value"), nullptr);
}

TEST(TensorBytesTest, RefusesShapesThatOverflow) {
  EXPECT_THAT(TensorBytes(DataType::kFloat32, {2, 3}), IsOkAndHolds(24u));
  EXPECT_THAT(TensorBytes(DataType::kFloat32, {}), IsOkAndHolds(4u));
  EXPECT_THAT(TensorBytes(DataType::kFloat32, {0, std::int64_t{1} << 50}), IsOkAndHolds(0u));
  EXPECT_THAT(TensorBytes(DataType::kFloat32, {-1}), HasError(ErrorCode::kCorrupt, HasSubstr(">= 0")));
  EXPECT_THAT(TensorBytes(DataType::kFloat32, {std::int64_t{1} << 32, std::int64_t{1} << 32}),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(TensorBytes(DataType::kInt8, {0, std::int64_t{1} << 40, std::int64_t{1} << 40}),
              HasError(ErrorCode::kCorrupt));
}

TEST(ValidateTest, AcceptsAGraphInOrder) {
  EXPECT_THAT(
      Validate(MakeGraph({"N"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Add", {"a", "x"}, {"y"})})),
      IsOk());
}

TEST(ValidateTest, RejectsUseBeforeDefinition) {
  const auto graph = MakeGraph({"N"}, {MakeNode("Add", {"a", "x"}, {"y"}), MakeNode("Relu", {"x"}, {"a"})});
  EXPECT_THAT(Validate(graph), HasError(ErrorCode::kCorrupt, HasSubstr("'a' is not defined before")));
}

TEST(ValidateTest, RejectsTwoDefinitions) {
  const auto graph = MakeGraph({"N"}, {MakeNode("Relu", {"x"}, {"y"}), MakeNode("Abs", {"x"}, {"y"})});
  EXPECT_THAT(Validate(graph), HasError(ErrorCode::kCorrupt, HasSubstr("'y' is defined twice")));
}

TEST(ValidateTest, RejectsAnOutputNobodyComputes) {
  EXPECT_THAT(Validate(MakeGraph({"N"}, {})), HasError(ErrorCode::kCorrupt, HasSubstr("'y'")));
}

TEST(ValidateTest, RejectsConstantsOfTheWrongSize) {
  auto graph = MakeGraph({"3"}, {MakeNode("Add", {"x", "c"}, {"y"})},
                         {{"c", TensorValue::FromFloats({3}, {1, 2, 3})}});
  EXPECT_THAT(Validate(graph), IsOk());
  graph.initializers["c"].shape = {4};
  EXPECT_THAT(Validate(graph), HasError(ErrorCode::kCorrupt, HasSubstr("expected 16 bytes")));
}

/// A graph whose only node has a subgraph, nested `depth` deep; the innermost reads `name`.
Graph Nested(int depth, const std::string& name) {
  Graph graph = MakeGraph({"1"}, {MakeNode("Relu", {name}, {"y"})});
  for (int i = 0; i < depth; ++i) {
    graph.inputs.clear();
    graph = MakeGraph(
        {"1"}, {MakeNode("If", {"x"}, {"y"}, {{"then_branch", std::make_shared<const Graph>(graph)}})});
  }
  return graph;
}

TEST(ValidateTest, SubgraphsSeeOuterValuesAndNothingElse) {
  EXPECT_THAT(Validate(Nested(1, "x")), IsOk());
  EXPECT_THAT(Validate(Nested(1, "elsewhere")), HasError(ErrorCode::kCorrupt, HasSubstr("elsewhere")));
}

TEST(ValidateTest, LimitsTheDepthOfSubgraphs) {
  EXPECT_THAT(Validate(Nested(16, "x")), IsOk());
  EXPECT_THAT(Validate(Nested(17, "x")), HasError(ErrorCode::kResourceLimit));
}

TEST(ValidateTest, LimitsNodesAndBytes) {
  const auto graph = MakeGraph({"3"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Add", {"a", "c"}, {"y"})},
                               {{"c", TensorValue::FromFloats({3}, {1, 2, 3})}});
  EXPECT_THAT(Validate(graph, {.nodes = 1}), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(Validate(graph, {.tensor_bytes = 11}), HasError(ErrorCode::kResourceLimit));
}

TEST(EqualTest, SeesEveryDifference) {
  const Graph graph = Nested(1, "x");
  EXPECT_TRUE(Equal(graph, Nested(1, "x")));
  EXPECT_FALSE(Equal(graph, Nested(2, "x")));
  Graph other = graph;
  other.nodes[0].attributes["alpha"] = 1.0f;
  EXPECT_FALSE(Equal(graph, other));
  other = graph;
  other.inputs[0].shape->at(0).value = 2;
  EXPECT_FALSE(Equal(graph, other));
}

TEST(FreeNamesTest, AreThoseTakenFromOutside) {
  const Graph body =
      MakeGraph({"1"}, {MakeNode("Add", {"x", "outer"}, {"a"}), MakeNode("Mul", {"a", "a"}, {"y"})});
  EXPECT_THAT(FreeNames(body), ElementsAre("outer"));
  EXPECT_THAT(CapturedNames(Nested(2, "z").nodes[0]), ElementsAre("x", "z"));
}

TEST(ValueUsesTest, CountsInputsOutputsAndCaptures) {
  Graph graph = Nested(1, "x");
  graph.inputs.push_back(FloatValue("z", {"1"}));
  graph.nodes.insert(graph.nodes.begin(), MakeNode("Relu", {"z"}, {"a"}));
  const ValueUses uses(graph);
  EXPECT_EQ(uses.Count("z"), 1);
  EXPECT_EQ(uses.Count("x"), 2);  // The If's input, and inside its branch.
  EXPECT_TRUE(uses.IsCaptured("x"));
  EXPECT_TRUE(uses.IsOutput("y"));
  EXPECT_EQ(uses.Producer("y"), 1u);
  EXPECT_EQ(uses.Producer("z"), std::nullopt);
}

TEST(SortTopologicallyTest, OrdersAndKeepsWhatIsInOrder) {
  Graph graph = MakeGraph({"N"}, {MakeNode("Add", {"b", "a"}, {"y"}), MakeNode("Relu", {"x"}, {"a"}),
                                  MakeNode("Abs", {"a"}, {"b"})});
  ASSERT_THAT(SortTopologically(graph), IsOk());
  EXPECT_EQ(Operators(graph), "Relu Abs Add");
  const Graph sorted = graph;
  ASSERT_THAT(SortTopologically(graph), IsOk());
  EXPECT_TRUE(Equal(graph, sorted));
}

TEST(SortTopologicallyTest, FindsCircles) {
  Graph graph = MakeGraph({"N"}, {MakeNode("Add", {"x", "y"}, {"a"}), MakeNode("Relu", {"a"}, {"y"})});
  const Graph before = graph;
  EXPECT_THAT(SortTopologically(graph), HasError(ErrorCode::kCorrupt, HasSubstr("circle")));
  EXPECT_TRUE(Equal(graph, before));
}

}  // namespace
}  // namespace cupel::algorithm::graph
