// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/partition.h"

#include "cupel/algorithm/executor/graph_for_test.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::executor {
namespace {

using ::cupel::testing::HasError;
using graph::Graph;
using graph::Node;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// "Relu+Add | Sin": the operators of the parts, islands in brackets.
std::string TextOf(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    std::string operators;
    for (const Node& node : part.graph.nodes) operators += (operators.empty() ? "" : "+") + node.op_type;
    text += (text.empty() ? "" : " | ") + (part.compiled ? operators : "[" + operators + "]");
  }
  return text;
}

Node Unary(const std::string& op, const std::string& from, const std::string& to) {
  return {op + "/" + to, op, "", {from}, {to}, {}};
}

TEST(PartitionTest, NeighboursOfOneKindAreOnePart) {
  const Graph graph = GraphOf({}, {Unary("Relu", "x", "a"), Unary("Tanh", "a", "b"), Unary("Sin", "b", "c"),
                                   Unary("Cos", "c", "d"), Unary("Relu", "d", "y")});
  CUPEL_ASSERT_OK(const auto parts, Partition(graph, {4}));
  EXPECT_EQ(TextOf(parts), "Relu+Tanh | [Sin+Cos] | Relu");
  EXPECT_THAT(parts[1].reason, HasSubstr("Sin/c"));
  for (const Part& part : parts) {
    EXPECT_THAT(graph::Validate(part.graph), ::cupel::testing::IsOk());
    EXPECT_THAT(part.sample_shape, ElementsAre(4));
  }
  EXPECT_EQ(parts[0].graph.outputs[0].name, parts[1].graph.inputs[0].name);
  EXPECT_EQ(CompiledShare(parts), 0.6);  // Of the nodes, for nothing is multiplied.
}

TEST(PartitionTest, ASkipConnectionHoldsTogetherWhatItSpans) {
  const Graph graph = GraphOf({}, {Unary("Relu", "x", "a"), Unary("Sin", "a", "b"), Unary("Tanh", "b", "c"),
                                   Node{"sum", "Add", "", {"c", "a"}, {"d"}, {}}, Unary("Exp", "d", "y")});
  CUPEL_ASSERT_OK(const auto parts, Partition(graph, {4}));
  EXPECT_EQ(TextOf(parts), "Relu | [Sin+Tanh+Add] | Exp");
}

TEST(PartitionTest, WhatASubgraphReadsCrossesToo) {
  Graph branch;
  branch.opsets[""] = 13;
  branch.outputs = {{.name = "r", .type = graph::DataType::kFloat32, .shape = {}}};
  branch.nodes = {Unary("Neg", "a", "r")};
  const auto body = std::make_shared<const Graph>(branch);
  const Graph graph = GraphOf(
      {{"on", graph::TensorValue{graph::DataType::kBool, {}, std::make_shared<const Bytes>(Bytes{1}), {}}}},
      {Unary("Relu", "x", "a"), Unary("Tanh", "a", "b"),
       Node{"if", "If", "", {"on"}, {"c"}, {{"then_branch", body}, {"else_branch", body}}},
       Node{"sum", "Add", "", {"b", "c"}, {"y"}, {}}});
  CUPEL_ASSERT_OK(const auto parts, Partition(graph, {4}));
  EXPECT_EQ(TextOf(parts), "Relu | [Tanh+If+Add]");
}

TEST(PartitionTest, OnlyTheFirstOutputCounts) {
  Graph graph = GraphOf({}, {Unary("Relu", "x", "y"), Unary("Sin", "x", "z")});
  graph.outputs.push_back({.name = "z", .type = graph::DataType::kFloat32, .shape = {}});
  CUPEL_ASSERT_OK(const auto parts, Partition(graph, {4}));
  EXPECT_EQ(TextOf(parts), "Relu");
}

TEST(PartitionTest, PartsCarryTheConstantsTheyReadAndNoOthers) {
  CUPEL_ASSERT_OK(const auto parts, Partition(LinearGraph(), {2, 1, 2}));
  ASSERT_EQ(TextOf(parts), "Flatten+MatMul");
  EXPECT_EQ(parts[0].graph.initializers.size(), 1U);
  EXPECT_EQ(parts[0].linear_flops, 2 * 4 * 3);
  EXPECT_EQ(CompiledShare(parts), 1);
}

TEST(PartitionTest, WorkAcrossSamplesIsAnIsland) {
  const Graph graph = GraphOf(
      {}, {Unary("Relu", "x", "a"), Node{"soft", "Softmax", "", {"a"}, {"y"}, {{"axis", std::int64_t{0}}}}});
  CUPEL_ASSERT_OK(const auto parts, Partition(graph, {4}));
  EXPECT_EQ(TextOf(parts), "Relu | [Softmax]");
}

TEST(PartitionTest, RefusesAGraphWithTwoInputs) {
  Graph graph = SmallGraph();
  graph.inputs.push_back({.name = "z", .type = graph::DataType::kFloat32, .shape = {}});
  EXPECT_THAT(Partition(graph, {2}), HasError(ErrorCode::kInvalidArgument, HasSubstr("one input")));
}

}  // namespace
}  // namespace cupel::algorithm::executor
