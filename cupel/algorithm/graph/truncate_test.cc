// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/truncate.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::graph {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

TensorValue Ones(Shape shape) {
  const auto n = static_cast<std::size_t>(ElementCount(shape));
  return TensorValue::FromFloats(std::move(shape), std::vector<float>(n, 1.0F));
}

/// x -> Gemm -> Relu "h" -> Gemm -> `tail`.
Graph TwoLayers(std::vector<Node> tail, std::string last = "y") {
  std::vector<Node> nodes = {MakeNode("Gemm", {"x", "w1", "b1"}, {"z"}), MakeNode("Relu", {"z"}, {"h"}),
                             MakeNode("Gemm", {"h", "w2", "b2"}, {std::move(last)})};
  nodes.insert(nodes.end(), tail.begin(), tail.end());
  return MakeGraph({"N", "3"}, std::move(nodes),
                   {{"w1", Ones({3, 4})}, {"b1", Ones({4})}, {"w2", Ones({4, 2})}, {"b2", Ones({2})}});
}

TEST(TruncateAt, KeepsWhatTheValueNeedsAndNothingElse) {
  CUPEL_ASSERT_OK(const Graph cut, TruncateAt(TwoLayers({}), "h"));
  EXPECT_EQ(Operators(cut), "Gemm Relu");
  ASSERT_EQ(cut.outputs.size(), 1u);
  EXPECT_EQ(cut.outputs[0].name, "h");
  EXPECT_EQ(cut.inputs[0].name, "x");
  EXPECT_TRUE(cut.initializers.contains("w1"));
  EXPECT_FALSE(cut.initializers.contains("w2"));
}

TEST(TruncateAt, TheLastValueGivesTheSameGraph) {
  CUPEL_ASSERT_OK(const Graph cut, TruncateAt(TwoLayers({}), "y"));
  EXPECT_EQ(Operators(cut), "Gemm Relu Gemm");
}

TEST(TruncateAt, NamesTheNearestValue) {
  EXPECT_THAT(TruncateAt(TwoLayers({}, "logits"), "logit"),
              HasError(ErrorCode::kNotFound, HasSubstr("\"logits\"")));
  // An input and a constant are values that no node computes.
  EXPECT_THAT(TruncateAt(TwoLayers({}), "x"), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(TruncateAt(TwoLayers({}), "w1"), HasError(ErrorCode::kNotFound));
}

TEST(TailFrom, KeepsWhatComesBehindTheValue) {
  CUPEL_ASSERT_OK(const Graph tail, TailFrom(TwoLayers({}), "h", {{std::nullopt, "N"}, {4, ""}}));
  EXPECT_EQ(Operators(tail), "Gemm");
  ASSERT_EQ(tail.inputs.size(), 1u);
  EXPECT_EQ(tail.inputs[0].name, "h");
  EXPECT_EQ((*tail.inputs[0].shape)[1].value, 4);
  EXPECT_FALSE(tail.initializers.contains("w1"));
  EXPECT_TRUE(tail.initializers.contains("w2"));
}

TEST(TailFrom, RefusesAValueThatPathsGoAround) {
  const Graph around =
      TwoLayers({MakeNode("MatMul", {"x", "w4"}, {"s"}), MakeNode("Add", {"l", "s"}, {"y"})}, "l");
  EXPECT_THAT(TailFrom(around, "h", {{std::nullopt, "N"}, {4, ""}}),
              HasError(ErrorCode::kUnsupported, HasSubstr("other ways")));
  EXPECT_THAT(TailFrom(TwoLayers({}), "q", {}), HasError(ErrorCode::kNotFound));
}

/// x -> Conv "c" -> Relu "a" -> Conv "d" -> Add(d, a) "s" -> GlobalAveragePool -> Flatten "y".
Graph Residual() {
  const std::map<std::string, Attribute, std::less<>> same = {
      {"kernel_shape", std::vector<std::int64_t>{3, 3}}, {"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};
  return MakeGraph({"N", "1", "H", "W"},
                   {MakeNode("Conv", {"x", "w1"}, {"c"}, same), MakeNode("Relu", {"c"}, {"a"}),
                    MakeNode("Conv", {"a", "w2"}, {"d"}, same), MakeNode("Add", {"d", "a"}, {"s"}),
                    MakeNode("GlobalAveragePool", {"s"}, {"g"}), MakeNode("Flatten", {"g"}, {"y"})},
                   {{"w1", Ones({2, 1, 3, 3})}, {"w2", Ones({2, 2, 3, 3})}});
}

TEST(LastSpatialValue, IsTheLastThatNoPathGoesAround) {
  CUPEL_ASSERT_OK(const SpatialValue last, LastSpatialValue(Residual(), {1, 6, 5}));
  EXPECT_EQ(last.name, "s");
  EXPECT_EQ(last.shape, (Shape{2, 6, 5}));
  Graph cut = Residual();  // Without the sum, the branch "d" leads nowhere and "a" is around it.
  cut.nodes[4].inputs = {"a"};
  CUPEL_ASSERT_OK(const SpatialValue earlier, LastSpatialValue(cut, {1, 6, 5}));
  EXPECT_EQ(earlier.name, "a");
  CUPEL_ASSERT_OK(const SpatialValue named, SpatialValueOf(Residual(), {1, 6, 5}, "c"));
  EXPECT_EQ(named.shape, (Shape{2, 6, 5}));
  EXPECT_THAT(SpatialValueOf(Residual(), {1, 6, 5}, "g"), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(LastSpatialValue(TwoLayers({}), {3}), HasError(ErrorCode::kUnsupported));
}

TEST(PenultimateValue, IsWhatEntersTheLastDenseLayer) {
  EXPECT_THAT(PenultimateValue(TwoLayers({})), IsOkAndHolds("h"));
  EXPECT_THAT(PenultimateValue(TwoLayers({MakeNode("Softmax", {"l"}, {"y"})}, "l")), IsOkAndHolds("h"));
  EXPECT_THAT(PenultimateValue(
                  TwoLayers({MakeNode("Identity", {"l"}, {"m"}), MakeNode("LogSoftmax", {"m"}, {"y"})}, "l")),
              IsOkAndHolds("h"));
}

TEST(PenultimateValue, LooksBackThroughABiasAddedToAProduct) {
  const Graph graph = MakeGraph({"N", "3"},
                                {MakeNode("MatMul", {"x", "w1"}, {"z"}), MakeNode("Relu", {"z"}, {"h"}),
                                 MakeNode("MatMul", {"h", "w2"}, {"p"}), MakeNode("Add", {"b2", "p"}, {"y"})},
                                {{"w1", Ones({3, 4})}, {"w2", Ones({4, 2})}, {"b2", Ones({2})}});
  EXPECT_THAT(PenultimateValue(graph), IsOkAndHolds("h"));
}

TEST(PenultimateValue, SaysWhyThereIsNone) {
  const Graph linear = MakeGraph({"N", "3"}, {MakeNode("Gemm", {"x", "w"}, {"y"})}, {{"w", Ones({3, 2})}});
  EXPECT_THAT(PenultimateValue(linear), HasError(ErrorCode::kUnsupported, HasSubstr("no inner activations")));
  const Graph pooled = MakeGraph({"N", "3", "4", "4"}, {MakeNode("GlobalAveragePool", {"x"}, {"y"})});
  EXPECT_THAT(PenultimateValue(pooled), HasError(ErrorCode::kUnsupported, HasSubstr("GlobalAveragePool")));
  const Graph two_paths = TwoLayers({MakeNode("Add", {"l", "h"}, {"y"})}, "l");
  EXPECT_THAT(PenultimateValue(two_paths), HasError(ErrorCode::kUnsupported, HasSubstr("Add")));
  // A product of two computed values is no dense layer.
  const Graph attention = MakeGraph(
      {"N", "3"},
      {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Exp", {"x"}, {"b"}), MakeNode("MatMul", {"a", "b"}, {"y"})});
  EXPECT_THAT(PenultimateValue(attention), HasError(ErrorCode::kUnsupported, HasSubstr("MatMul")));
}

}  // namespace
}  // namespace cupel::algorithm::graph
