// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/passes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::graph {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::FloatEq;

using Names = std::vector<std::string>;

TensorValue Floats(Shape shape, std::vector<float> values) {
  return TensorValue::FromFloats(std::move(shape), values);
}

TEST(LiftConstantsTest, MakesInitializers) {
  Graph graph =
      MakeGraph({"2"}, {MakeNode("Constant", {}, {"c"}, {{"value_floats", std::vector<float>{1, 2}}}),
                        MakeNode("Add", {"x", "c"}, {"y"})});
  EXPECT_EQ(LiftConstants(graph, {}), 1);
  EXPECT_EQ(Operators(graph), "Add");
  EXPECT_EQ(graph.initializers["c"], Floats({2}, {1, 2}));
}

TEST(LiftConstantsTest, LeavesGraphOutputs) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Constant", {}, {"y"}, {{"value_float", 1.0f}})});
  EXPECT_EQ(LiftConstants(graph, {}), 0);
}

TEST(RemoveIdentitiesTest, FollowsChains) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Identity", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"b"}),
                                  MakeNode("Add", {"b", "a"}, {"y"})});
  EXPECT_EQ(RemoveIdentities(graph, {}), 2);
  EXPECT_EQ(Operators(graph), "Add");
  EXPECT_EQ(graph.nodes[0].inputs, (Names{"x", "x"}));
}

TEST(RemoveIdentitiesTest, KeepsTheNameOfAGraphOutput) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"y"})});
  EXPECT_EQ(RemoveIdentities(graph, {}), 1);
  EXPECT_EQ(Operators(graph), "Relu");
  EXPECT_EQ(graph.nodes[0].outputs, (Names{"y"}));
}

TEST(RemoveIdentitiesTest, LeavesInputThatIsOutput) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Identity", {"x"}, {"y"})});
  EXPECT_EQ(RemoveIdentities(graph, {}), 0);
}

TEST(RemoveIdentitiesTest, RemovesDropoutOnlyOutsideTraining) {
  const auto dropout = [](std::vector<std::string> inputs, std::int64_t opset, Names outputs) {
    Graph graph = MakeGraph(
        {"2"}, {MakeNode("Dropout", std::move(inputs), std::move(outputs)), MakeNode("Relu", {"a"}, {"y"})},
        {{"ratio", Floats({}, {0.5f})},
         {"off", TensorValue::FromInt64s({}, {0})},
         {"on", TensorValue::FromInt64s({}, {1})}});
    graph.opsets[""] = opset;
    return RemoveIdentities(graph, {});
  };
  EXPECT_EQ(dropout({"x"}, 13, {"a"}), 1);
  EXPECT_EQ(dropout({"x"}, 10, {"a", "mask"}), 1);
  EXPECT_EQ(dropout({"x", "ratio", "off"}, 13, {"a"}), 1);
  EXPECT_EQ(dropout({"x", "ratio", "on"}, 13, {"a"}), 0);
  EXPECT_EQ(dropout({"x", "ratio", "x"}, 13, {"a"}), 0) << "a training mode that is computed";
  EXPECT_EQ(dropout({"x"}, 6, {"a"}), 0) << "operator set 6 trains by default";
}

TEST(RemoveIdentitiesTest, LeavesDropoutWhoseMaskIsRead) {
  Graph graph = MakeGraph(
      {"2"}, {MakeNode("Dropout", {"x"}, {"a", "mask"}), MakeNode("Where", {"mask", "a", "x"}, {"y"})});
  EXPECT_EQ(RemoveIdentities(graph, {}), 0);
}

TEST(RemoveIdentitiesTest, LeavesValuesThatSubgraphsCapture) {
  const auto branch = std::make_shared<const Graph>(MakeGraph({}, {MakeNode("Relu", {"a"}, {"y"})}));
  Graph graph = MakeGraph(
      {"2"}, {MakeNode("Identity", {"x"}, {"a"}), MakeNode("If", {"x"}, {"y"}, {{"then_branch", branch}})});
  EXPECT_EQ(RemoveIdentities(graph, {}), 0);
}

/// Shape -> Gather(0) -> Unsqueeze -> Concat(., -1) -> Reshape, as PyTorch exports `view(x.size(0), -1)`.
Graph ComputedReshape(const std::string& batch) {
  return MakeGraph({batch, "4", "5"},
                   {MakeNode("Shape", {"x"}, {"shape"}), MakeNode("Gather", {"shape", "zero"}, {"n"}),
                    MakeNode("Unsqueeze", {"n", "axes"}, {"n1"}),
                    MakeNode("Concat", {"n1", "minus"}, {"target"}, {{"axis", std::int64_t{0}}}),
                    MakeNode("Reshape", {"x", "target"}, {"y"})},
                   {{"zero", TensorValue::FromInt64s({}, {0})},
                    {"axes", TensorValue::FromInt64s({1}, {0})},
                    {"minus", TensorValue::FromInt64s({1}, {-1})}});
}

TEST(FoldConstantsTest, FoldsShapesThatAreKnown) {
  Graph graph = ComputedReshape("3");
  EXPECT_EQ(FoldConstants(graph, {}), 4);
  EXPECT_EQ(Operators(graph), "Reshape");
  EXPECT_EQ(graph.initializers["target"], TensorValue::FromInt64s({2}, {3, -1}));
}

TEST(FoldConstantsTest, LeavesShapesThatDependOnTheBatch) {
  Graph graph = ComputedReshape("N");
  EXPECT_EQ(FoldConstants(graph, {}), 0);
}

TEST(FoldConstantsTest, DoesNotBelieveDeclaredShapesOfInnerValues) {
  Graph graph = MakeGraph({"N"}, {MakeNode("NonZero", {"x"}, {"a"}), MakeNode("Shape", {"a"}, {"s"}),
                                  MakeNode("ConstantOfShape", {"s"}, {"y"})});
  graph.value_infos["a"] = {"a", DataType::kInt64, std::vector<Dimension>{{1, {}}, {9, {}}}, "tensor"};
  EXPECT_EQ(FoldConstants(graph, {}), 0);
}

TEST(FoldConstantsTest, AsksTheEvaluatorForTheRest) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Sqrt", {"c"}, {"a"}), MakeNode("Add", {"x", "a"}, {"y"})},
                          {{"c", Floats({2}, {4, 9})}});
  EXPECT_EQ(FoldConstants(graph, {}), 0);
  OptimiseOptions options;
  options.evaluate = [](const Node& node, std::span<const TensorValue> inputs,
                        std::int64_t) -> Result<std::vector<TensorValue>> {
    EXPECT_EQ(node.op_type, "Sqrt");
    std::vector<float> roots;
    for (double value : inputs[0].AsDoubles()) roots.push_back(static_cast<float>(std::sqrt(value)));
    return std::vector{TensorValue::FromFloats(inputs[0].shape, roots)};
  };
  OptimiseOptions tight = options;
  tight.folded_bytes_limit = 7;
  EXPECT_EQ(FoldConstants(graph, tight), 0);
  EXPECT_EQ(FoldConstants(graph, options), 1);
  EXPECT_EQ(graph.initializers["a"], Floats({2}, {2, 3}));
}

/// x [N, 2, 4] -> `linear` -> BatchNormalization with two channels -> y. With epsilon 0, scale/sqrt(var) is
/// {2, 3} and the shift {1 - 2 * 1, 5 - 3 * 2} = {-1, -1}.
Graph WithBatchNorm(Node linear, TensorValue weight) {
  return MakeGraph({"N", "2", "4"},
                   {std::move(linear), MakeNode("BatchNormalization", {"a", "scale", "shift", "mean", "var"},
                                                {"y"}, {{"epsilon", 0.0f}})},
                   {{"w", std::move(weight)},
                    {"b", Floats({2}, {10, 20})},
                    {"scale", Floats({2}, {4, 3})},
                    {"shift", Floats({2}, {1, 5})},
                    {"mean", Floats({2}, {1, 2})},
                    {"var", Floats({2}, {4, 1})}});
}

TEST(FoldBatchNormTest, ScalesTheFiltersOfConv) {
  Graph graph = WithBatchNorm(MakeNode("Conv", {"x", "w", "b"}, {"a"}), Floats({2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(FoldBatchNorm(graph, {}), 1);
  ASSERT_EQ(Operators(graph), "Conv");
  EXPECT_EQ(graph.nodes[0].outputs, (Names{"y"}));
  EXPECT_THAT(graph.initializers[graph.nodes[0].inputs[1]].AsDoubles(), ElementsAre(2, 4, 9, 12));
  EXPECT_THAT(graph.initializers[graph.nodes[0].inputs[2]].AsDoubles(), ElementsAre(19, 59));
}

TEST(FoldBatchNormTest, AddsABiasWhereThereWasNone) {
  Graph graph = WithBatchNorm(MakeNode("Conv", {"x", "w"}, {"a"}), Floats({2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(FoldBatchNorm(graph, {}), 1);
  EXPECT_THAT(graph.initializers[graph.nodes[0].inputs[2]].AsDoubles(), ElementsAre(-1, -1));
}

TEST(FoldBatchNormTest, FollowsTheGroupsOfConvTranspose) {
  // Weight [C = 2, M / group = 1, 2]: with two groups, input channel c feeds output channel c.
  Graph grouped =
      WithBatchNorm(MakeNode("ConvTranspose", {"x", "w", "b"}, {"a"}, {{"group", std::int64_t{2}}}),
                    Floats({2, 1, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(FoldBatchNorm(grouped, {}), 1);
  EXPECT_THAT(grouped.initializers[grouped.nodes[0].inputs[1]].AsDoubles(), ElementsAre(2, 4, 9, 12));
  // With one group and M = 2, the second axis is the output channel.
  Graph single =
      WithBatchNorm(MakeNode("ConvTranspose", {"x", "w", "b"}, {"a"}), Floats({2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(FoldBatchNorm(single, {}), 1);
  EXPECT_THAT(single.initializers[single.nodes[0].inputs[1]].AsDoubles(), ElementsAre(2, 6, 6, 12));
}

TEST(FoldBatchNormTest, FollowsTheTranspositionAndBetaOfGemm) {
  for (const std::int64_t transposed : {0, 1}) {
    Graph graph =
        WithBatchNorm(MakeNode("Gemm", {"x", "w", "b"}, {"a"}, {{"transB", transposed}, {"beta", 0.5f}}),
                      Floats({2, 2}, {1, 2, 3, 4}));
    EXPECT_EQ(FoldBatchNorm(graph, {}), 1);
    const auto weight = graph.initializers[graph.nodes[0].inputs[1]].AsDoubles();
    EXPECT_EQ(weight, transposed ? (std::vector<double>{2, 4, 9, 12}) : (std::vector<double>{2, 6, 6, 12}));
    EXPECT_THAT(graph.initializers[graph.nodes[0].inputs[2]].AsDoubles(), ElementsAre(9, 29));
    EXPECT_EQ(graph.nodes[0].Real("beta", 0), 1.0f);
  }
}

TEST(FoldBatchNormTest, LeavesWhatItCannotProve) {
  const auto conv = [] { return MakeNode("Conv", {"x", "w"}, {"a"}); };
  const TensorValue weight = Floats({2, 2, 1}, {1, 2, 3, 4});
  Graph training = WithBatchNorm(conv(), weight);
  training.opsets[""] = 14;
  training.nodes[1].attributes["training_mode"] = std::int64_t{1};
  EXPECT_EQ(FoldBatchNorm(training, {}), 0) << "training mode";
  Graph running = WithBatchNorm(conv(), weight);
  running.nodes[1].outputs = {"y", "new_mean", "new_var"};
  EXPECT_EQ(FoldBatchNorm(running, {}), 0) << "running statistics are read";
  Graph shared = WithBatchNorm(conv(), weight);
  shared.outputs.push_back(ValueInfo{"a", DataType::kFloat32, std::nullopt, "tensor"});
  EXPECT_EQ(FoldBatchNorm(shared, {}), 0) << "the convolution is a graph output";
  Graph used = WithBatchNorm(conv(), weight);
  used.nodes.push_back(MakeNode("Add", {"a", "y"}, {"z"}));
  EXPECT_EQ(FoldBatchNorm(used, {}), 0) << "the convolution is read elsewhere";
  Graph computed = WithBatchNorm(conv(), weight);
  computed.initializers.erase("scale");
  computed.inputs.push_back(FloatValue("scale", {"2"}));
  EXPECT_EQ(FoldBatchNorm(computed, {}), 0) << "the scale is an input";
  Graph degenerate = WithBatchNorm(conv(), weight);
  degenerate.initializers["var"] = Floats({2}, {0, 1});
  EXPECT_EQ(FoldBatchNorm(degenerate, {}), 0) << "division by zero stays visible";
}

TEST(FoldBiasTest, TakesOneValuePerChannel) {
  for (const Shape& shape : {Shape{2, 1}, Shape{1, 2, 1}}) {
    Graph graph = MakeGraph(
        {"N", "2", "4"}, {MakeNode("Conv", {"x", "w", "b"}, {"a"}), MakeNode("Add", {"c", "a"}, {"y"})},
        {{"w", Floats({2, 2, 1}, {1, 2, 3, 4})}, {"b", Floats({2}, {10, 20})}, {"c", Floats(shape, {1, 2})}});
    EXPECT_EQ(FoldBias(graph, {}), 1);
    EXPECT_EQ(Operators(graph), "Conv");
    EXPECT_THAT(graph.initializers[graph.nodes[0].inputs[2]].AsDoubles(), ElementsAre(11, 22));
    EXPECT_THAT(graph.initializers["b"].AsDoubles(), ElementsAre(10, 20));
  }
}

TEST(FoldBiasTest, LeavesConstantsAlongOtherAxes) {
  for (const Shape& shape : {Shape{2}, Shape{2, 1, 1}, Shape{1, 1, 2}, Shape{1, 1, 2, 1}}) {
    Graph graph =
        MakeGraph({"N", "2", "2"}, {MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Add", {"a", "c"}, {"y"})},
                  {{"w", Floats({2, 2, 1}, {1, 2, 3, 4})}, {"c", Floats(shape, {1, 2})}});
    EXPECT_EQ(FoldBias(graph, {}), 0);
  }
}

TEST(MergeConstantsTest, KeepsOneOfEqualConstants) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Sum", {"x", "a", "b", "c", "d"}, {"y"})},
                          {{"a", Floats({2}, {1, 2})},
                           {"b", Floats({2}, {1, 2})},
                           {"c", Floats({1, 2}, {1, 2})},
                           {"d", Floats({2}, {1, 3})}});
  EXPECT_EQ(MergeConstants(graph, {}), 1);
  EXPECT_EQ(graph.nodes[0].inputs, (Names{"x", "a", "a", "c", "d"}));
  EXPECT_EQ(graph.initializers.size(), 3u);
}

TEST(RemoveDeadNodesTest, RemovesWhatNoOutputNeeds) {
  Graph graph = MakeGraph(
      {"2"},
      {MakeNode("Relu", {"x"}, {"y"}), MakeNode("Abs", {"x"}, {"a"}), MakeNode("Add", {"a", "c"}, {"b"})},
      {{"c", Floats({2}, {1, 2})}});
  graph.value_infos["a"] = FloatValue("a", {"2"});
  EXPECT_EQ(RemoveDeadNodes(graph, {}), 3);
  EXPECT_EQ(Operators(graph), "Relu");
  EXPECT_TRUE(graph.initializers.empty());
  EXPECT_TRUE(graph.value_infos.empty());
}

TEST(RemoveDeadNodesTest, AnOmittedInputNeedsNobody) {
  // "" stands for an input that is not given, and for an output that nobody reads: no value of that name.
  Graph graph =
      MakeGraph({"2"}, {MakeNode("Dropout", {"x"}, {"a", ""}), MakeNode("Clip", {"x", "", "c"}, {"y"})},
                {{"c", Floats({}, {1})}});
  EXPECT_EQ(RemoveDeadNodes(graph, {}), 1);
  EXPECT_EQ(Operators(graph), "Clip");
}

TEST(RemoveDeadNodesTest, KeepsWhatSubgraphsCapture) {
  const auto branch = std::make_shared<const Graph>(MakeGraph({}, {MakeNode("Add", {"a", "c"}, {"y"})}));
  Graph graph = MakeGraph(
      {"2"}, {MakeNode("Abs", {"x"}, {"a"}), MakeNode("If", {"x"}, {"y"}, {{"then_branch", branch}})},
      {{"c", Floats({2}, {1, 2})}});
  EXPECT_EQ(RemoveDeadNodes(graph, {}), 0);
}

TEST(OptimiseTest, RepeatsPassesUntilNothingChanges) {
  // Dropout and a Constant stand between the convolution and what folds into it.
  Graph graph = MakeGraph({"N", "2", "4"},
                          {MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Dropout", {"a"}, {"b"}),
                           MakeNode("Constant", {}, {"c"}, {{"value", Floats({2, 1}, {1, 2})}}),
                           MakeNode("Add", {"b", "c"}, {"d"}), MakeNode("Identity", {"d"}, {"y"})},
                          {{"w", Floats({2, 2, 1}, {1, 2, 3, 4})}});
  CUPEL_ASSERT_OK(const Optimised optimised, Optimise(graph));
  EXPECT_EQ(Operators(optimised.graph), "Conv");
  EXPECT_EQ(optimised.graph.initializers.size(), 2u);
  EXPECT_EQ(optimised.graph.outputs[0].name, "y");
  EXPECT_THAT(Validate(optimised.graph), IsOk());
  CUPEL_ASSERT_OK(const Optimised again, Optimise(optimised.graph));
  EXPECT_TRUE(Equal(again.graph, optimised.graph));
  for (const PassStatistics& pass : again.passes) EXPECT_EQ(pass.changes, 0) << pass.name;
}

TEST(OptimiseTest, SkipsPassesByName) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"y"})});
  OptimiseOptions options;
  options.skip = {"remove_identities"};
  CUPEL_ASSERT_OK(const Optimised optimised, Optimise(graph, options));
  EXPECT_EQ(Operators(optimised.graph), "Relu Identity");
  options.skip = {"remove_identity"};
  EXPECT_THAT(Optimise(graph, options), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::graph
