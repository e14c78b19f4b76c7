// SPDX-License-Identifier: Apache-2.0
// Loops and scans run by the executor; expected values are worked out by hand.
#include <gmock/gmock.h>

#include "cupel/algorithm/gradient/gradient_executor.h"
#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

graph::ValueInfo Value(const std::string& name) {
  return {.name = name, .type = graph::DataType::kFloat32, .shape = {}};
}

graph::Graph MakeGraph(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                       std::vector<graph::Node> nodes) {
  graph::Graph graph;
  for (const auto& name : inputs) graph.inputs.push_back(Value(name));
  for (const auto& name : outputs) graph.outputs.push_back(Value(name));
  graph.nodes = std::move(nodes);
  return graph;
}

std::shared_ptr<const graph::Graph> Shared(graph::Graph graph) {
  return std::make_shared<const graph::Graph>(std::move(graph));
}

// Outputs of a graph of one node with initializers in place of inputs.
Values RunNode(const graph::Node& node, std::map<std::string, graph::TensorValue, std::less<>> constants,
               std::int64_t opset) {
  graph::Graph graph = MakeGraph({}, node.outputs, {node});
  graph.opsets[""] = opset;
  graph.initializers = std::move(constants);
  const auto executor = GradientExecutor::Create(graph, {});
  EXPECT_TRUE(executor) << (executor ? "" : executor.error().ToString());
  if (!executor) return Values(8);
  const auto outputs = (*executor)->Forward({});
  EXPECT_TRUE(outputs) << (outputs ? "" : outputs.error().ToString());
  Values values;
  for (const Tensor& tensor : outputs.value_or(std::vector<Tensor>{})) values.push_back(FromTensor(tensor));
  values.resize(8);
  return values;
}

// v doubles while it is less than 20; its values are collected.
graph::Node DoublingLoop() {
  const auto body = Shared(MakeGraph({"i", "go", "v"}, {"goes", "w", "seen"},
                                     {{"", "Add", "", {"v", "v"}, {"w"}, {}},
                                      {"", "Less", "", {"w", "bound"}, {"goes"}, {}},
                                      {"", "Identity", "", {"w"}, {"seen"}, {}}}));
  return {"loop", "Loop", "", {"trips", "go0", "v0"}, {"last", "all"}, {{"body", body}}};
}

TEST(Loop, StopsWhenTheConditionFails) {
  graph::Node loop = DoublingLoop();
  loop.inputs[0] = "";
  loop.inputs[1] = "";
  const auto y = RunNode(loop, {{"v0", Floats({}, {3})}, {"bound", Floats({}, {20})}}, 16);
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(24));
  EXPECT_THAT(y[1].AsDoubles(), ElementsAre(6, 12, 24));
}

TEST(Loop, StopsAfterTheTripCount) {
  graph::Node loop = DoublingLoop();
  loop.inputs[1] = "";
  const auto y =
      RunNode(loop, {{"trips", Integers({}, {2})}, {"v0", Floats({}, {3})}, {"bound", Floats({}, {20})}}, 16);
  EXPECT_THAT(y[1].AsDoubles(), ElementsAre(6, 12));
}

TEST(Loop, WithoutATripAnswersTheFirstValuesAndNoRows) {
  graph::Node loop = DoublingLoop();
  loop.inputs[1] = "";
  const auto y =
      RunNode(loop, {{"trips", Integers({}, {0})}, {"v0", Floats({}, {3})}, {"bound", Floats({}, {20})}}, 16);
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(3));
  EXPECT_THAT(y[1].AsDoubles(), IsEmpty());
}

graph::Node RunningSum(const Attributes& more) {
  const auto body =
      Shared(MakeGraph({"s", "e"}, {"t", "o"},
                       {{"", "Add", "", {"s", "e"}, {"t"}, {}}, {"", "Identity", "", {"t"}, {"o"}, {}}}));
  Attributes attributes = {{"body", body}, {"num_scan_inputs", Number(1)}};
  attributes.insert(more.begin(), more.end());
  return {"scan", "Scan", "", {"s0", "x"}, {"sum", "sums"}, attributes};
}

TEST(Scan, RunsAlongAnyAxisInEitherDirection) {
  const graph::Node scan = RunningSum({{"scan_input_axes", std::vector<std::int64_t>{1}},
                                       {"scan_input_directions", std::vector<std::int64_t>{1}},
                                       {"scan_output_axes", std::vector<std::int64_t>{-1}},
                                       {"scan_output_directions", std::vector<std::int64_t>{1}}});
  const auto y =
      RunNode(scan, {{"s0", Floats({2}, {0, 0})}, {"x", Floats({2, 3}, {1, 2, 3, 10, 20, 30})}}, 16);
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(6, 60));
  EXPECT_EQ(y[1].shape, graph::Shape({2, 3}));
  EXPECT_THAT(y[1].AsDoubles(), ElementsAre(6, 5, 3, 60, 50, 30));
}

TEST(Scan, PadsShortSequencesInOpset8) {
  graph::Node scan = RunningSum({});
  scan.inputs = {"lengths", "s0", "x"};
  const auto y = RunNode(
      scan,
      {{"lengths", Integers({2, 1})}, {"s0", Floats({2}, {0, 0})}, {"x", Floats({2, 2}, {1, 2, 10, 20})}}, 8);
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(3, 10));
  EXPECT_THAT(y[1].AsDoubles(), ElementsAre(1, 3, 10, 0));
}

TEST(If, SeesOuterValuesByName) {
  const auto plus = Shared(MakeGraph({}, {"p"}, {{"", "Add", "", {"a", "a"}, {"p"}, {}}}));
  const auto times = Shared(MakeGraph({}, {"q"}, {{"", "Mul", "", {"a", "a"}, {"q"}, {}}}));
  const graph::Node node{"if", "If", "", {"c"}, {"y"}, {{"then_branch", plus}, {"else_branch", times}}};
  EXPECT_THAT(RunNode(node, {{"c", Integers({1})}, {"a", Floats({}, {5})}}, 16)[0].AsDoubles(),
              ElementsAre(10));
  EXPECT_THAT(RunNode(node, {{"c", Integers({0})}, {"a", Floats({}, {5})}}, 16)[0].AsDoubles(),
              ElementsAre(25));
}

TEST(Range, CountsDownAndUp) {
  EXPECT_THAT(Apply("Range", {Integers({}, {10}), Integers({}, {4}), Integers({}, {-3})})[0].AsInt64s(),
              ElementsAre(10, 7));
  EXPECT_THAT(Apply("Range", {Integers({}, {1}), Integers({}, {1}), Integers({}, {1})})[0].AsInt64s(),
              IsEmpty());
  EXPECT_THAT(TryApply("Range", {Integers({}, {1}), Integers({}, {2}), Integers({}, {0})}),
              HasError(ErrorCode::kInvalidArgument));
}

TEST(Range, RefusesALengthNoMemoryHolds) {
  EXPECT_THAT(TryApply("Range", {Floats({}, {0}), Floats({}, {1e30F}), Floats({}, {1e-3F})}),
              HasError(ErrorCode::kResourceLimit));
}

TEST(Loop, WithoutEndStopsWhenTheUserAsks) {
  const auto body = Shared(MakeGraph({"i", "go", "v"}, {"go", "v"}, {}));
  graph::Graph graph = MakeGraph({}, {"y"}, {{"loop", "Loop", "", {"", "", "v0"}, {"y"}, {{"body", body}}}});
  graph.opsets[""] = 16;
  graph.initializers = {{"v0", Floats({}, {1})}};
  const auto executor = GradientExecutor::Create(graph, {});
  ASSERT_TRUE(executor) << executor.error().ToString();
  Interrupt::SetRequested(true);
  const auto outputs = (*executor)->Forward({});
  Interrupt::SetRequested(false);
  EXPECT_THAT(outputs, HasError(ErrorCode::kInterrupted));
}

TEST(Constant, TakesNumbersAndRefusesStrings) {
  EXPECT_THAT(Apply("Constant", {}, {{"value_ints", std::vector<std::int64_t>{4, 5}}})[0].AsInt64s(),
              ElementsAre(4, 5));
  EXPECT_THAT(Apply("Constant", {}, {{"value_float", 2.5F}})[0].AsDoubles(), ElementsAre(2.5));
  EXPECT_THAT(TryApply("Constant", {}, {{"value_string", Text("a")}}), HasError(ErrorCode::kUnsupported));
}

TEST(EyeLike, PutsOnesOnADiagonalOfTheAskedType) {
  const auto y =
      Apply("EyeLike", {Integers({2, 3}, {9, 9, 9, 9, 9, 9})}, {{"k", Number(1)}, {"dtype", Number(1)}})[0];
  EXPECT_EQ(y.type, graph::DataType::kFloat32);
  EXPECT_THAT(y.AsDoubles(), ElementsAre(0, 1, 0, 0, 0, 1));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
