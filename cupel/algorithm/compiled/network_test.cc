// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/network.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::compiled {
namespace {

using ::cupel::testing::HasError;
using graph::Graph;
using graph::MakeGraph;
using graph::MakeNode;
using graph::Node;
using graph::TensorValue;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Axes = std::vector<std::int64_t>;
using Initializers = std::map<std::string, TensorValue, std::less<>>;

TensorValue Numbered(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return TensorValue::FromFloats(shape, values);
}

/// x [n, 4, 6, 6]; w keeps the shape.
Result<Network> Lowered(std::vector<Node> nodes, bool fuse = true, Initializers more = {}) {
  more["w"] = Numbered({4, 4, 1, 1});
  CUPEL_TRY(Network network,
            Lower(MakeGraph({"N", "4", "6", "6"}, std::move(nodes), std::move(more)), {4, 6, 6}, 3));
  if (fuse) Fuse(network);
  return network;
}

std::vector<Kind> KindsOf(const Network& network) {
  std::vector<Kind> kinds;
  for (const Operation& operation : network.operations) kinds.push_back(operation.kind);
  return kinds;
}

TEST(LowerTest, ShapesAreNumbersAndTheFirstIsTheTile) {
  CUPEL_ASSERT_OK(const Network network,
                  Lowered({MakeNode("GlobalAveragePool", {"x"}, {"p"}), MakeNode("Flatten", {"p"}, {"y"})}));
  EXPECT_EQ(network.shapes[static_cast<std::size_t>(network.input)], (Shape{3, 4, 6, 6}));
  EXPECT_EQ(network.shapes[static_cast<std::size_t>(network.output)], (Shape{3, 4}));
  EXPECT_THAT(KindsOf(network), ElementsAre(Kind::kAveragePool, Kind::kReshape));
}

TEST(LowerTest, NodesThatTheFirstOutputDoesNotNeedAreLeftOut) {
  CUPEL_ASSERT_OK(const Network network,
                  Lowered({MakeNode("Erf", {"x"}, {"other"}), MakeNode("Relu", {"x"}, {"y"})}));
  EXPECT_THAT(KindsOf(network), ElementsAre(Kind::kActivation));
}

TEST(LowerTest, ComputedShapesAreNumbersAndTheirNodesGo) {
  const Initializers constants = {{"zero", TensorValue::FromInt64s({1}, {0})},
                                  {"rest", TensorValue::FromInt64s({1}, {-1})}};
  CUPEL_ASSERT_OK(const Network network,
                  Lowered({MakeNode("Shape", {"x"}, {"s"}), MakeNode("Gather", {"s", "zero"}, {"n"}),
                           MakeNode("Concat", {"n", "rest"}, {"t"}, {{"axis", std::int64_t{0}}}),
                           MakeNode("Reshape", {"x", "t"}, {"y"})},
                          true, constants));
  EXPECT_THAT(KindsOf(network), ElementsAre(Kind::kReshape));
  EXPECT_EQ(network.shapes[static_cast<std::size_t>(network.output)], (Shape{3, 144}));
}

TEST(LowerTest, GemmIsBroughtToOneForm) {
  const Graph graph = MakeGraph(
      {"N", "2"}, {MakeNode("Gemm", {"x", "w", "b"}, {"y"}, {{"alpha", 2.0F}, {"beta", -1.0F}})},
      {{"w", TensorValue::FromFloats({2, 3}, {1, 2, 3, 4, 5, 6})}, {"b", TensorValue::FromFloats({}, {7})}});
  CUPEL_ASSERT_OK(const Network network, Lower(graph, {2}, 3));
  EXPECT_EQ(network.operations[0].weight_shape, (Shape{3, 2}));
  EXPECT_THAT(network.operations[0].weights, ElementsAre(2, 8, 4, 10, 6, 12));
  EXPECT_THAT(network.operations[0].bias, ElementsAre(-7, -7, -7));
}

TEST(LowerTest, PaddingAtTheEndIsWhatTheResultNeeds) {
  const auto window = [](std::map<std::string, graph::Attribute, std::less<>> attributes) {
    attributes["kernel_shape"] = Axes{3, 3};
    const auto network = Lowered({MakeNode("MaxPool", {"x"}, {"y"}, std::move(attributes))});
    EXPECT_TRUE(network) << (network ? "" : network.error().ToString());
    return network ? network->operations[0].window : Window{};
  };
  EXPECT_THAT(window({{"strides", Axes{2, 2}}}).pads_end, ElementsAre(-1, -1));
  EXPECT_THAT(window({{"strides", Axes{2, 2}}, {"ceil_mode", std::int64_t{1}}}).pads_end, ElementsAre(1, 1));
  EXPECT_THAT(window({{"auto_pad", std::string("SAME_UPPER")}, {"strides", Axes{2, 2}}}).pads_begin,
              ElementsAre(0, 0));
  EXPECT_THAT(window({{"auto_pad", std::string("SAME_LOWER")}, {"strides", Axes{2, 2}}}).pads_begin,
              ElementsAre(1, 1));
  EXPECT_THAT(window({{"pads", Axes{1, 0, 0, 1}}}).pads_begin, ElementsAre(1, 0));
}

TEST(LowerTest, ConstantsFollowTheAxisTheyBroadcastAlong) {
  const auto lower = [](const Shape& shape) {
    auto network = Lowered({MakeNode("Mul", {"c", "x"}, {"y"})}, true, {{"c", Numbered(shape)}});
    EXPECT_TRUE(network) << (network ? "" : network.error().ToString());
    return network ? network->operations[0] : Operation{};
  };
  EXPECT_TRUE(lower({4, 1, 1}).per_channel);
  EXPECT_THAT(lower({1, 4, 1, 1}).weights, ElementsAre(0, 1, 2, 3));
  const Operation along_width = lower({6});
  EXPECT_FALSE(along_width.per_channel);
  EXPECT_EQ(along_width.weights.size(), 144U);
  EXPECT_EQ(along_width.weights[7], 1);
}

TEST(LowerTest, RefusesWhatMixesSamples) {
  const auto mixes = HasError(ErrorCode::kUnsupported, HasSubstr("sample"));
  EXPECT_THAT(Lowered({MakeNode("Concat", {"x", "x"}, {"y"}, {{"axis", std::int64_t{0}}})}), mixes);
  EXPECT_THAT(Lowered({MakeNode("Flatten", {"x"}, {"y"}, {{"axis", std::int64_t{2}}})}),
              HasError(ErrorCode::kUnsupported, HasSubstr("another axis")));
  EXPECT_THAT(Lowered({MakeNode("Add", {"x", "c"}, {"y"})}, true, {{"c", Numbered({3, 1, 1, 1})}}), mixes);
}

TEST(FuseTest, AResidualBlockIsTwoConvolutions) {
  CUPEL_ASSERT_OK(const Network network,
                  Lowered({MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Relu", {"a"}, {"r"}),
                           MakeNode("Conv", {"r", "w"}, {"b"}), MakeNode("Add", {"x", "b"}, {"s"}),
                           MakeNode("Relu", {"s"}, {"y"})}));
  ASSERT_THAT(KindsOf(network), ElementsAre(Kind::kConvolution, Kind::kConvolution));
  EXPECT_EQ(network.operations[0].activation.function, Function::kRelu);
  EXPECT_EQ(network.operations[1].residual, network.input);
  EXPECT_EQ(network.operations[1].activation.function, Function::kRelu);
  EXPECT_EQ(network.operations[1].output, network.output);
}

TEST(FuseTest, OfTwoConvolutionsTheLaterOneTakesTheSum) {
  CUPEL_ASSERT_OK(const Network network,
                  Lowered({MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Conv", {"x", "w"}, {"b"}),
                           MakeNode("Add", {"b", "a"}, {"y"})}));
  ASSERT_THAT(KindsOf(network), ElementsAre(Kind::kConvolution, Kind::kConvolution));
  EXPECT_EQ(network.operations[0].residual, -1);
  EXPECT_EQ(network.operations[1].residual, network.operations[0].output);
}

TEST(FuseTest, AReluMovesBehindThePoolAndIntoIt) {
  const std::vector<Node> nodes = {
      MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Relu", {"a"}, {"r"}),
      MakeNode("MaxPool", {"r"}, {"y"}, {{"kernel_shape", Axes{2, 2}}, {"strides", Axes{2, 2}}})};
  CUPEL_ASSERT_OK(const Network network, Lowered(nodes));
  ASSERT_THAT(KindsOf(network), ElementsAre(Kind::kConvolution, Kind::kMaxPool));
  EXPECT_EQ(network.operations[0].activation.function, Function::kNone);
  EXPECT_EQ(network.operations[1].activation.function, Function::kRelu);
  EXPECT_EQ(network.operations[1].output, network.output);
  EXPECT_EQ(network.shapes[static_cast<std::size_t>(network.output)], (Shape{3, 4, 3, 3}));
}

TEST(FuseTest, AValueThatIsReadTwiceStays) {
  CUPEL_ASSERT_OK(const Network network,
                  Lowered({MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("Relu", {"a"}, {"r"}),
                           MakeNode("Sub", {"r", "a"}, {"y"})}));
  EXPECT_THAT(KindsOf(network), ElementsAre(Kind::kConvolution, Kind::kActivation, Kind::kSum));
}

TEST(FuseTest, OnlyAReluWhoseSlopeCanBeReadOffItsResultIsFused) {
  const auto kinds = [](float alpha) {
    const auto network = Lowered(
        {MakeNode("Conv", {"x", "w"}, {"a"}), MakeNode("LeakyRelu", {"a"}, {"y"}, {{"alpha", alpha}})});
    return network ? network->operations.size() : 0;
  };
  EXPECT_EQ(kinds(0.1F), 1U);
  EXPECT_EQ(kinds(-0.1F), 2U);
}

}  // namespace
}  // namespace cupel::algorithm::compiled
