// SPDX-License-Identifier: Apache-2.0
// Every operator: gradients against central differences, and values where a closed form is at hand. That the
// values are those of the general executor is tested in algorithm/executor, which may see both.
#include <gmock/gmock.h>

#include "cupel/algorithm/compiled/graph_runs_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::compiled {
namespace {

using ::cupel::testing::HasError;
using graph::Attribute;
using graph::Graph;
using graph::Node;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Attributes = std::map<std::string, Attribute, std::less<>>;
using Axes = std::vector<std::int64_t>;

/// x [n, 20, 6, 5] through a convolution to y: so that the operator meets a blocked layout with a part-filled
/// block of channels, and its gradient has somewhere to go.
Graph AfterConvolution(std::vector<Node> nodes, std::map<std::string, TensorValue, std::less<>> more = {}) {
  more["w"] = Weights({20, 3, 3, 3}, 1);
  more["b"] = Weights({20}, 2);
  nodes.insert(nodes.begin(), MakeNode("Conv", {"x", "w", "b"}, {"h"}, {{"pads", Axes{1, 1, 1, 1}}}));
  return MakeGraph({"N", "3", "6", "5"}, std::move(nodes), std::move(more));
}

TEST(OperatorsTest, GradientsOfActivationsAgreeWithDifferences) {
  for (const char* const op : {"Relu", "Sigmoid", "Tanh", "Elu", "LeakyRelu", "Softplus", "Exp", "Abs", "Neg",
                               "HardSigmoid", "HardSwish"}) {
    EXPECT_EQ(CompareWithCentralDifferences(AfterConvolution({MakeNode(op, {"h"}, {"y"})})), "") << op;
  }
  EXPECT_EQ(CompareWithCentralDifferences(
                AfterConvolution({MakeNode("LeakyRelu", {"h"}, {"y"}, {{"alpha", -0.5F}})})),
            "");
  Graph gelu = AfterConvolution({MakeNode("Gelu", {"h"}, {"y"})});
  gelu.opsets[""] = 20;
  EXPECT_EQ(CompareWithCentralDifferences(gelu), "");
  gelu.nodes[1].attributes["approximate"] = std::string("tanh");
  EXPECT_EQ(CompareWithCentralDifferences(gelu), "");
}

TEST(OperatorsTest, GradientsOfClipAgreeWithDifferencesAndAreOneAtTheBounds) {
  const std::map<std::string, TensorValue, std::less<>> bounds = {{"low", TensorValue::FromFloats({}, {0})},
                                                                  {"high", TensorValue::FromFloats({}, {1})}};
  EXPECT_EQ(CompareWithCentralDifferences(
                AfterConvolution({MakeNode("Clip", {"h", "low", "high"}, {"y"})}, bounds)),
            "");
  const Graph alone = MakeGraph({"N", "4"}, {MakeNode("Clip", {"x", "low", "high"}, {"y"})}, bounds);
  CUPEL_ASSERT_OK(const auto compiled, CompiledGraph::Create(alone, {}));
  EXPECT_THAT(Evaluate(*compiled, {-1, 0, 1, 2}, {1, 1, 1, 1}).gradient, ElementsAre(0, 1, 1, 0));
}

TEST(OperatorsTest, GradientsOfConvolutionsAgreeWithDifferences) {
  struct Case {
    const char* what;
    graph::Shape input, weight;
    Attributes attributes;
  };
  const std::vector<Case> cases = {
      {"one channel", {1, 9, 8}, {16, 1, 3, 3}, {{"pads", Axes{1, 1, 1, 1}}}},
      {"three channels, stride", {3, 9, 8}, {8, 3, 3, 3}, {{"strides", Axes{2, 2}}}},
      {"many channels", {20, 7, 7}, {24, 20, 3, 3}, {{"pads", Axes{1, 1, 1, 1}}}},
      {"stride", {16, 8, 8}, {32, 16, 3, 3}, {{"pads", Axes{1, 1, 1, 1}}, {"strides", Axes{2, 2}}}},
      {"stride that leaves a rest", {16, 8, 8}, {16, 16, 1, 1}, {{"strides", Axes{2, 2}}}},
      {"groups", {8, 6, 6}, {12, 2, 3, 3}, {{"group", std::int64_t{4}}}},
      {"depthwise", {16, 6, 6}, {16, 1, 3, 3}, {{"group", std::int64_t{16}}, {"pads", Axes{1, 1, 1, 1}}}},
      {"dilation", {16, 9, 9}, {16, 16, 3, 3}, {{"dilations", Axes{2, 2}}}},
      {"dilated one channel", {1, 9, 9}, {16, 1, 3, 3}, {{"dilations", Axes{2, 2}}}},
      {"uneven padding", {16, 6, 6}, {16, 16, 3, 3}, {{"pads", Axes{2, 0, 1, 1}}}},
      {"same", {16, 7, 7}, {16, 16, 2, 2}, {{"auto_pad", std::string("SAME_LOWER")}}},
      {"line", {16, 9}, {8, 16, 3}, {{"pads", Axes{1, 1}}}},
      {"cube", {4, 4, 4, 4}, {8, 4, 2, 2, 2}, {}}};
  for (const Case& test : cases) {
    std::vector<std::string> dimensions = {"N"};
    for (const std::int64_t size : test.input) dimensions.push_back(std::to_string(size));
    const Graph graph = MakeGraph(dimensions, {MakeNode("Conv", {"x", "w", "b"}, {"y"}, test.attributes)},
                                  {{"w", Weights(test.weight, 1)}, {"b", Weights({test.weight[0]}, 2)}});
    EXPECT_EQ(CompareWithCentralDifferences(graph), "") << test.what;
  }
}

TEST(OperatorsTest, GradientsOfProductsAgreeWithDifferences) {
  const Graph gemm =
      MakeGraph({"N", "9"},
                {MakeNode("Gemm", {"x", "w", "b"}, {"h"},
                          {{"transB", std::int64_t{1}}, {"alpha", 0.5F}, {"beta", -2.0F}}),
                 MakeNode("Relu", {"h"}, {"r"}), MakeNode("MatMul", {"r", "v"}, {"y"})},
                {{"w", Weights({7, 9}, 1)}, {"b", Weights({1, 7}, 2)}, {"v", Weights({7, 4}, 3)}});
  EXPECT_EQ(CompareWithCentralDifferences(gemm), "");
  const Graph sequence =
      MakeGraph({"N", "5", "6"}, {MakeNode("MatMul", {"x", "w"}, {"y"})}, {{"w", Weights({6, 3}, 1)}});
  EXPECT_EQ(CompareWithCentralDifferences(sequence), "");
}

TEST(OperatorsTest, GradientsOfPoolingAgreeWithDifferences) {
  const Attributes two = {{"kernel_shape", Axes{2, 2}}, {"strides", Axes{2, 2}}};
  Attributes overlapping = {
      {"kernel_shape", Axes{3, 3}}, {"strides", Axes{2, 2}}, {"pads", Axes{1, 1, 1, 1}}};
  for (const char* const op : {"MaxPool", "AveragePool"}) {
    EXPECT_EQ(CompareWithCentralDifferences(AfterConvolution({MakeNode(op, {"h"}, {"y"}, two)})), "") << op;
    EXPECT_EQ(CompareWithCentralDifferences(AfterConvolution({MakeNode(op, {"h"}, {"y"}, overlapping)})), "")
        << op;
    Attributes ceil = two;
    ceil["ceil_mode"] = std::int64_t{1};
    EXPECT_EQ(CompareWithCentralDifferences(AfterConvolution({MakeNode(op, {"h"}, {"y"}, ceil)})), "") << op;
    EXPECT_EQ(
        CompareWithCentralDifferences(AfterConvolution({MakeNode(std::string("Global") + op, {"h"}, {"y"})})),
        "")
        << op;
  }
  overlapping["count_include_pad"] = std::int64_t{1};
  EXPECT_EQ(
      CompareWithCentralDifferences(AfterConvolution({MakeNode("AveragePool", {"h"}, {"y"}, overlapping)})),
      "");
  EXPECT_EQ(CompareWithCentralDifferences(AfterConvolution({MakeNode(
                "ReduceMean", {"h"}, {"y"}, {{"axes", Axes{-1, 2}}, {"keepdims", std::int64_t{0}}})})),
            "");
}

TEST(OperatorsTest, OfEqualMaximaTheFirstGetsTheGradient) {
  const Graph pool =
      MakeGraph({"N", "1", "2", "4"},
                {MakeNode("MaxPool", {"x"}, {"y"}, {{"kernel_shape", Axes{2, 2}}, {"strides", Axes{2, 2}}})});
  CUPEL_ASSERT_OK(const auto compiled, CompiledGraph::Create(pool, {}));
  EXPECT_THAT(Evaluate(*compiled, {5, 5, 1, 2, 5, 5, 2, 2}, {1, 10}).gradient,
              ElementsAre(1, 0, 0, 10, 0, 0, 0, 0));
}

TEST(OperatorsTest, AReluBeforeAPoolKeepsItsGradient) {
  const Graph graph = AfterConvolution(
      {MakeNode("Relu", {"h"}, {"r"}),
       MakeNode("MaxPool", {"r"}, {"y"}, {{"kernel_shape", Axes{2, 2}}, {"strides", Axes{2, 2}}})});
  EXPECT_EQ(CompareWithCentralDifferences(graph), "");
}

TEST(OperatorsTest, GradientsOfArithmeticAgreeWithDifferences) {
  for (const char* const op : {"Add", "Sub", "Mul"}) {
    const Graph both = AfterConvolution({MakeNode("Tanh", {"h"}, {"t"}), MakeNode(op, {"t", "h"}, {"y"})});
    EXPECT_EQ(CompareWithCentralDifferences(both), "") << op;
    const Graph twice = AfterConvolution({MakeNode(op, {"h", "h"}, {"y"})});
    EXPECT_EQ(CompareWithCentralDifferences(twice), "") << op;
    const Graph gate =
        AfterConvolution({MakeNode("GlobalAveragePool", {"h"}, {"g"}), MakeNode(op, {"h", "g"}, {"y"})});
    EXPECT_EQ(CompareWithCentralDifferences(gate), "") << op;
  }
  const Graph quotient =
      AfterConvolution({MakeNode("Exp", {"h"}, {"e"}), MakeNode("GlobalAveragePool", {"e"}, {"g"}),
                        MakeNode("Div", {"h", "g"}, {"y"})});
  EXPECT_EQ(CompareWithCentralDifferences(quotient), "");
}

TEST(OperatorsTest, GradientsWithConstantsAgreeWithDifferences) {
  for (const char* const op : {"Add", "Sub", "Mul", "Div"}) {
    for (const graph::Shape& shape : {graph::Shape{}, graph::Shape{20, 1, 1}, graph::Shape{1, 20, 1, 1},
                                      graph::Shape{6, 5}, graph::Shape{20, 6, 5}}) {
      const Graph graph = AfterConvolution({MakeNode(op, {"h", "c"}, {"r"}), MakeNode("Relu", {"r"}, {"y"})},
                                           {{"c", Weights(shape, 5)}});
      EXPECT_EQ(CompareWithCentralDifferences(graph), "") << op << " " << shape.size();
    }
  }
  const Graph reversed = AfterConvolution({MakeNode("Sub", {"c", "h"}, {"y"})}, {{"c", Weights({1}, 5)}});
  EXPECT_EQ(CompareWithCentralDifferences(reversed), "");
}

TEST(OperatorsTest, UnfoldedBatchNormalizationIsItsFormula) {
  const Graph graph =
      MakeGraph({"N", "2", "1", "1"},
                {MakeNode("BatchNormalization", {"x", "s", "t", "m", "v"}, {"y"}, {{"epsilon", 0.0F}})},
                {{"s", TensorValue::FromFloats({2}, {2, 3})},
                 {"t", TensorValue::FromFloats({2}, {1, 0})},
                 {"m", TensorValue::FromFloats({2}, {0.5F, 1})},
                 {"v", TensorValue::FromFloats({2}, {4, 1})}});
  CUPEL_ASSERT_OK(const auto compiled, CompiledGraph::Create(graph, {}));
  const Numbers numbers = Evaluate(*compiled, {1.5F, 2}, {1, 1});
  EXPECT_THAT(numbers.output, ElementsAre(2, 3));
  EXPECT_THAT(numbers.gradient, ElementsAre(1, 3));
}

TEST(OperatorsTest, GradientsOfMovementAgreeWithDifferences) {
  const std::vector<std::pair<const char*, std::vector<Node>>> cases = {
      {"flatten", {MakeNode("Flatten", {"h"}, {"y"})}},
      {"softmax", {MakeNode("Softmax", {"h"}, {"y"}, {{"axis", std::int64_t{1}}})}},
      {"log softmax", {MakeNode("LogSoftmax", {"h"}, {"y"})}},
      {"concat",
       {MakeNode("Tanh", {"h"}, {"t"}),
        MakeNode("Concat", {"h", "t", "h"}, {"y"}, {{"axis", std::int64_t{1}}})}},
      {"concat along the last axis", {MakeNode("Concat", {"h", "h"}, {"y"}, {{"axis", std::int64_t{-1}}})}},
      {"pad", {MakeNode("Pad", {"h", "p"}, {"y"})}}};
  for (const auto& [what, nodes] : cases) {
    const Graph graph = AfterConvolution(nodes, {{"p", Integers({0, 0, 1, 2, 0, 0, 0, -1})}});
    EXPECT_EQ(CompareWithCentralDifferences(graph), "") << what;
  }
}

TEST(OperatorsTest, BlockedChannelsAreJoinedAsTheyLie) {
  const Graph graph = MakeGraph({"N", "3", "4", "4"},
                                {MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Relu", {"a"}, {"r"}),
                                 MakeNode("Conv", {"x", "v"}, {"b"}),
                                 MakeNode("Concat", {"r", "b"}, {"y"}, {{"axis", std::int64_t{1}}})},
                                {{"w", Weights({16, 3, 1, 1}, 1)}, {"v", Weights({32, 3, 1, 1}, 2)}});
  EXPECT_EQ(CompareWithCentralDifferences(graph), "");
}

TEST(OperatorsTest, AResidualBlockIsItsFormula) {
  const Graph graph = MakeGraph(
      {"N", "16", "6", "6"},
      {MakeNode("Conv", {"x", "w"}, {"a"}, {{"pads", Axes{1, 1, 1, 1}}}), MakeNode("Relu", {"a"}, {"r"}),
       MakeNode("Conv", {"r", "v"}, {"b"}, {{"pads", Axes{1, 1, 1, 1}}}), MakeNode("Add", {"b", "x"}, {"s"}),
       MakeNode("Relu", {"s"}, {"t"}), MakeNode("Conv", {"t", "u"}, {"p"}),
       MakeNode("Conv", {"x", "u"}, {"q"}), MakeNode("Add", {"p", "q"}, {"z"}),
       MakeNode("Relu", {"z"}, {"y"})},
      {{"w", Weights({16, 16, 3, 3}, 1)},
       {"v", Weights({16, 16, 3, 3}, 2)},
       {"u", Weights({16, 16, 1, 1}, 3)}});
  EXPECT_EQ(CompareWithCentralDifferences(graph), "");
}

TEST(OperatorsTest, SaysWhatItLacksAndWhere) {
  const auto create = [](Graph graph) { return CompiledGraph::Create(graph, {}); };
  const auto lacks = [](const char* what) { return HasError(ErrorCode::kUnsupported, HasSubstr(what)); };
  Graph graph = AfterConvolution({MakeNode("Erf", {"h"}, {"y"})});
  graph.nodes[1].name = "erf1";
  EXPECT_THAT(create(graph), lacks("node \"erf1\" (Erf)"));
  EXPECT_THAT(create(AfterConvolution({MakeNode("Softmax", {"h"}, {"y"}, {{"axis", std::int64_t{0}}})})),
              lacks("axis of the samples"));
  EXPECT_THAT(create(AfterConvolution({MakeNode("Reshape", {"h", "s"}, {"y"})}, {{"s", Integers({8, 600})}})),
              lacks("fixed number of samples"));
  EXPECT_THAT(create(AfterConvolution({MakeNode("Conv", {"h", "h"}, {"y"})})), lacks("constant as input 1"));
  EXPECT_THAT(create(AfterConvolution({MakeNode("Transpose", {"h"}, {"y"})})), lacks("Transpose"));
}

}  // namespace
}  // namespace cupel::algorithm::compiled
