// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/shape_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/random_weights.h"
#include "cupel/algorithm/graph/shape_text_for_test.h"
#include "cupel/algorithm/graph/validate.h"

namespace cupel::algorithm::graph {
namespace {

using Ints = std::vector<std::int64_t>;

TEST(ShapeInferenceTest, ConvolutionsFollowStridesPadsAndDilations) {
  const auto conv = [](std::map<std::string, Attribute, std::less<>> attributes) {
    return ShapeOfY(MakeGraph({"N", "3", "28", "28"},
                              {MakeNode("Conv", {"x", "w"}, {"y"}, std::move(attributes))},
                              {{"w", Zeros({8, 3, 3, 3})}}));
  };
  EXPECT_EQ(conv({}), "N,8,26,26");
  EXPECT_EQ(conv({{"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{2, 2}}}), "N,8,14,14");
  EXPECT_EQ(conv({{"dilations", Ints{2, 3}}}), "N,8,24,22");
  EXPECT_EQ(conv({{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{3, 3}}}), "N,8,10,10");
  EXPECT_EQ(conv({{"strides", Ints{0, 0}}}), "unknown");
}

TEST(ShapeInferenceTest, TransposedConvolutionsGrow) {
  const auto graph = MakeGraph(
      {"N", "4", "7", "7"},
      {MakeNode("ConvTranspose", {"x", "w"}, {"y"},
                {{"strides", Ints{2, 2}}, {"group", std::int64_t{2}}, {"output_padding", Ints{1, 1}}})},
      {{"w", Zeros({4, 3, 3, 3})}});
  EXPECT_EQ(ShapeOfY(graph), "N,6,16,16");
}

TEST(ShapeInferenceTest, PoolingRoundsUpInCeilMode) {
  const auto pool = [](std::int64_t ceil_mode) {
    return ShapeOfY(
        MakeGraph({"N", "3", "32"},
                  {MakeNode("MaxPool", {"x"}, {"y"},
                            {{"kernel_shape", Ints{3}}, {"strides", Ints{2}}, {"ceil_mode", ceil_mode}})}));
  };
  EXPECT_EQ(pool(0), "N,3,15");
  EXPECT_EQ(pool(1), "N,3,16");
  EXPECT_EQ(ShapeOfY(MakeGraph({"N", "3", "a", "b"}, {MakeNode("GlobalAveragePool", {"x"}, {"y"})})),
            "N,3,1,1");
}

TEST(ShapeInferenceTest, BroadcastsWithSymbols) {
  const auto add = [](Shape constant) {
    return ShapeOfY(MakeGraph({"N", "1", "5"}, {MakeNode("Add", {"x", "c"}, {"y"})},
                              {{"c", Zeros(std::move(constant))}}));
  };
  EXPECT_EQ(add({3, 1}), "N,3,5");
  EXPECT_EQ(add({2, 1, 3, 5}), "2,N,3,5");
  EXPECT_EQ(add({4}), "unknown");
  EXPECT_EQ(ShapeOfY(MakeGraph({"N", "4"}, {MakeNode("Add", {"x", "x"}, {"y"})})), "N,4");
}

TEST(ShapeInferenceTest, ReshapeResolvesTheRemainingDimension) {
  const auto reshape = [](Ints target, std::vector<std::string> input) {
    return ShapeOfY(MakeGraph(std::move(input), {MakeNode("Reshape", {"x", "t"}, {"y"})},
                              {{"t", Integers(std::move(target))}}));
  };
  EXPECT_EQ(reshape({-1, 10}, {"2", "3", "5"}), "3,10");
  EXPECT_EQ(reshape({0, -1}, {"N", "3", "5"}), "N,15");
  EXPECT_EQ(reshape({-1, 15}, {"N", "3", "5"}), "?,15");
  EXPECT_EQ(reshape({-1}, {"N", "1", "1"}), "N");
}

TEST(ShapeInferenceTest, FollowsComputedReshapes) {
  const auto graph =
      MakeGraph({"N", "4", "5"},
                {MakeNode("Shape", {"x"}, {"s"}), MakeNode("Slice", {"s", "one", "three"}, {"tail"}),
                 MakeNode("Concat", {"minus", "tail"}, {"t"}, {{"axis", std::int64_t{0}}}),
                 MakeNode("Reshape", {"x", "t"}, {"y"})},
                {{"one", Integers({1})}, {"three", Integers({3})}, {"minus", Integers({-1})}});
  EXPECT_EQ(ShapeOfY(graph), "?,4,5");
}

TEST(ShapeInferenceTest, MovementOperators) {
  const auto one = [](Node node, std::map<std::string, TensorValue, std::less<>> constants = {}) {
    return ShapeOfY(MakeGraph({"N", "3", "1", "6"}, {std::move(node)}, std::move(constants)));
  };
  EXPECT_EQ(one(MakeNode("Transpose", {"x"}, {"y"}, {{"perm", Ints{0, 2, 3, 1}}})), "N,1,6,3");
  EXPECT_EQ(one(MakeNode("Flatten", {"x"}, {"y"})), "N,18");
  EXPECT_EQ(one(MakeNode("Concat", {"x", "x"}, {"y"}, {{"axis", std::int64_t{-1}}})), "N,3,1,12");
  EXPECT_EQ(one(MakeNode("Squeeze", {"x", "axes"}, {"y"}), {{"axes", Integers({2})}}), "N,3,6");
  EXPECT_EQ(one(MakeNode("Unsqueeze", {"x", "axes"}, {"y"}), {{"axes", Integers({0, -1})}}), "1,N,3,1,6,1");
  EXPECT_EQ(one(MakeNode("Pad", {"x", "pads"}, {"y"}), {{"pads", Integers({0, 0, 1, 2, 0, 0, 1, -1})}}),
            "N,3,3,7");
  EXPECT_EQ(one(MakeNode("Slice", {"x", "a", "b", "axes", "steps"}, {"y"}), {{"a", Integers({-1})},
                                                                             {"b", Integers({INT64_MIN})},
                                                                             {"axes", Integers({3})},
                                                                             {"steps", Integers({-2})}}),
            "N,3,1,3");
  EXPECT_EQ(
      one(MakeNode("Gather", {"x", "i"}, {"y"}, {{"axis", std::int64_t{1}}}), {{"i", Integers({0, 2})}}),
      "N,2,1,6");
  EXPECT_EQ(one(MakeNode("ReduceMean", {"x"}, {"y"}, {{"axes", Ints{2, 3}}, {"keepdims", std::int64_t{0}}})),
            "N,3");
  EXPECT_EQ(one(MakeNode("Split", {"x"}, {"y", "z"}, {{"axis", std::int64_t{3}}})), "N,3,1,3");
  EXPECT_EQ(one(MakeNode("Expand", {"x", "t"}, {"y"}), {{"t", Integers({4, 1})}}), "N,3,4,6");
}

TEST(ShapeInferenceTest, MatrixProducts) {
  const auto product = [](std::vector<std::string> input, Shape weight) {
    return ShapeOfY(MakeGraph(std::move(input), {MakeNode("MatMul", {"x", "w"}, {"y"})},
                              {{"w", Zeros(std::move(weight))}}));
  };
  EXPECT_EQ(product({"N", "4"}, {4, 7}), "N,7");
  EXPECT_EQ(product({"N", "2", "4"}, {4, 7}), "N,2,7");
  EXPECT_EQ(product({"N", "2", "4"}, {4}), "N,2");
}

TEST(ShapeInferenceTest, UnknownOperatorsTakeWhatTheFileSays) {
  Graph graph = MakeGraph({"N", "4"}, {MakeNode("Mystery", {"x"}, {"y"})});
  EXPECT_EQ(ShapeOfY(graph), "unknown");
  graph.outputs[0] = FloatValue("y", {"N", "9"});
  EXPECT_EQ(ShapeOfY(graph), "N,9");
}

TEST(CostTest, CountsMultiplyAccumulatesTwiceAndElementsOnce) {
  Graph graph = MakeGraph(
      {"N", "3", "8", "8"},
      {MakeNode("Conv", {"x", "w", "b"}, {"a"}, {{"group", std::int64_t{1}}}), MakeNode("Relu", {"a"}, {"r"}),
       MakeNode("Flatten", {"r"}, {"f"}), MakeNode("Gemm", {"f", "v"}, {"y"})},
      {{"w", Zeros({4, 3, 3, 3})}, {"b", Zeros({4})}, {"v", Zeros({144, 10})}});
  const Cost cost = MeasureCost(graph);
  EXPECT_EQ(cost.parameters, 108 + 4 + 1440);
  EXPECT_EQ(cost.nodes[0].flops, 2 * 36 * 4 * 27);
  EXPECT_EQ(cost.nodes[1].flops, 36 * 4);
  EXPECT_EQ(cost.nodes[2].flops, 0);
  EXPECT_EQ(cost.nodes[3].flops, 2 * 144 * 10);
  EXPECT_EQ(cost.linear_flops, 2 * 36 * 4 * 27 + 2 * 144 * 10);
  EXPECT_EQ(cost.flops, cost.linear_flops + 144);
  EXPECT_EQ(cost.unknown_nodes, 0);
  EXPECT_EQ(MeasureCost(graph, 3).flops, 3 * cost.flops);
  EXPECT_EQ(cost.operators.at("Conv"), 1);
}

TEST(CostTest, SaysWhatItDoesNotKnow) {
  const Cost cost = MeasureCost(MakeGraph({"N", "H"}, {MakeNode("Relu", {"x"}, {"y"})}));
  EXPECT_EQ(cost.unknown_nodes, 1);
  EXPECT_EQ(cost.flops, 0);
}

TEST(RandomiseWeightsTest, KeepsMomentsAndStructure) {
  std::vector<float> values(2000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 5.0f + 2.0f * (i % 2 == 0 ? 1.0f : -1.0f);
  const auto graph =
      MakeGraph({"N", "2000"}, {MakeNode("Mul", {"x", "w"}, {"a"}), MakeNode("Add", {"a", "s"}, {"y"})},
                {{"w", TensorValue::FromFloats({2000}, values)},
                 {"s", TensorValue::FromFloats({1}, {3})},
                 {"n", TensorValue::FromInt64s({2}, {1, 2})}});
  Graph random = RandomiseWeights(graph, 1);
  EXPECT_TRUE(Equal(random, RandomiseWeights(graph, 1)));
  EXPECT_FALSE(Equal(random, RandomiseWeights(graph, 2)));
  EXPECT_EQ(random.initializers["s"], graph.initializers.at("s"));
  EXPECT_EQ(random.initializers["n"], graph.initializers.at("n"));
  double mean = 0;
  double square = 0;
  for (double value : random.initializers["w"].AsDoubles()) {
    mean += value / 2000;
    square += value * value / 2000;
  }
  EXPECT_NEAR(mean, 5.0, 5 * 2.0 / std::sqrt(2000.0));
  EXPECT_NEAR(std::sqrt(square - mean * mean), 2.0, 5 * 2.0 / std::sqrt(4000.0));
  random.initializers = graph.initializers;
  EXPECT_TRUE(Equal(random, graph));
}

TEST(RandomiseWeightsTest, GoesFromTheOutputTowardsTheInput) {
  const auto weight = [](float start) { return TensorValue::FromFloats({2, 2}, {start, 1, 2, 3}); };
  const Graph graph = MakeGraph({"N", "2"},
                                {MakeNode("MatMul", {"x", "u"}, {"a"}), MakeNode("MatMul", {"a", "v"}, {"b"}),
                                 MakeNode("Relu", {"b"}, {"r"}), MakeNode("Gemm", {"r", "w", "u"}, {"y"})},
                                {{"u", weight(0)}, {"v", weight(5)}, {"w", weight(7)}});
  EXPECT_EQ(CountWeightLayers(graph), 2);  // u goes with its last reader.
  EXPECT_TRUE(Equal(RandomiseLastLayers(graph, 1, 0), graph));
  EXPECT_TRUE(Equal(RandomiseLastLayers(graph, 1, 2), RandomiseWeights(graph, 1)));
  EXPECT_TRUE(Equal(RandomiseLastLayers(graph, 1, 9), RandomiseWeights(graph, 1)));
  const Graph head = RandomiseLastLayers(graph, 1, 1);
  EXPECT_EQ(head.initializers.at("v"), graph.initializers.at("v"));
  EXPECT_FALSE(head.initializers.at("w") == graph.initializers.at("w"));
  EXPECT_FALSE(head.initializers.at("u") == graph.initializers.at("u"));
}

TEST(RandomiseWeightsTest, KeepsVariancesPositive) {
  const auto graph = MakeGraph({"N", "4"}, {MakeNode("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"})},
                               {{"s", TensorValue::FromFloats({4}, {1, 2, 3, 4})},
                                {"b", TensorValue::FromFloats({4}, {0, 0, 0, 0})},
                                {"m", TensorValue::FromFloats({4}, {1, 2, 3, 4})},
                                {"v", TensorValue::FromFloats({4}, {0.01f, 10, 0.01f, 10})}});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (double value : RandomiseWeights(graph, seed).initializers.at("v").AsDoubles()) EXPECT_GT(value, 0);
  }
}

}  // namespace
}  // namespace cupel::algorithm::graph
