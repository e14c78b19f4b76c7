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
