// SPDX-License-Identifier: Apache-2.0
// Where a pass must not act, and what it must not touch when it does: one row a reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <functional>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/shape_text_for_test.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::graph {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

TensorValue Floats(Shape shape, std::vector<float> values) {
  return TensorValue::FromFloats(std::move(shape), values);
}

struct Guard {
  std::string why;
  std::function<void(Graph&)> change;
  std::int64_t folds = 0;
};

/// x -> Conv -> BatchNormalization -> y, two channels.
Graph ConvAndBatchNorm() {
  return MakeGraph({"N", "2", "4"},
                   {MakeNode("Conv", {"x", "w", "b"}, {"a"}),
                    MakeNode("BatchNormalization", {"a", "scale", "shift", "mean", "var"}, {"y"})},
                   {{"w", Floats({2, 2, 1}, {1, 2, 3, 4})},
                    {"b", Floats({2}, {10, 20})},
                    {"scale", Floats({2}, {4, 3})},
                    {"shift", Floats({2}, {1, 5})},
                    {"mean", Floats({2}, {1, 2})},
                    {"var", Floats({2}, {4, 1})}});
}

TEST(FoldBatchNormTest, ActsInNoOtherCase) {
  const std::vector<Guard> guards = {
      {"as it stands", [](Graph&) {}, 1},
      {"operator set 6 trains by default", [](Graph& g) { g.opsets[""] = 6; }},
      {"operator set 6, told to test",
       [](Graph& g) {
         g.opsets[""] = 6;
         g.nodes[1].attributes["is_test"] = std::int64_t{1};
       },
       1},
      {"statistics of each place (operator set 8)",
       [](Graph& g) {
         g.opsets[""] = 8;
         g.nodes[1].attributes["spatial"] = std::int64_t{0};
       }},
      {"spatial means nothing from operator set 9 on",
       [](Graph& g) {
         g.opsets[""] = 9;
         g.nodes[1].attributes["spatial"] = std::int64_t{0};
       },
       1},
      {"training_mode means nothing before operator set 14",
       [](Graph& g) { g.nodes[1].attributes["training_mode"] = std::int64_t{1}; }, 1},
      {"running outputs that nobody named", [](Graph& g) { g.nodes[1].outputs = {"y", "", ""}; }, 1},
      {"a foreign operator of that name", [](Graph& g) { g.nodes[1].domain = "com.example"; }},
      {"a foreign convolution", [](Graph& g) { g.nodes[0].domain = "com.example"; }},
      {"not all five inputs", [](Graph& g) { g.nodes[1].inputs.pop_back(); }},
      {"one scale for two channels", [](Graph& g) { g.initializers["scale"] = Floats({1}, {4}); }},
      {"a weight in float64",
       [](Graph& g) {
         g.initializers["w"] = {DataType::kFloat64, {2, 2, 1}, std::make_shared<const Bytes>(32), {}};
       }},
      {"a weight that is computed",
       [](Graph& g) {
         g.initializers.erase("w");
         g.inputs.push_back(FloatValue("w", {"2", "2", "1"}));
       }},
      {"a bias that is computed",
       [](Graph& g) {
         g.initializers.erase("b");
         g.inputs.push_back(FloatValue("b", {"2"}));
       }},
      {"a bias of another size", [](Graph& g) { g.initializers["b"] = Floats({1}, {10}); }},
      {"a group that does not divide", [](Graph& g) { g.nodes[0].attributes["group"] = std::int64_t{3}; }},
      {"no group at all", [](Graph& g) { g.nodes[0].attributes["group"] = std::int64_t{0}; }},
      {"a negative variance", [](Graph& g) { g.initializers["var"] = Floats({2}, {-4, 1}); }},
      {"a scale that is not a number", [](Graph& g) { g.initializers["scale"] = Floats({2}, {NAN, 1}); }},
      {"weights that would leave float32",
       [](Graph& g) { g.initializers["w"] = Floats({2, 2, 1}, {FLT_MAX, 2, 3, 4}); }},
      {"a branch that captures the convolution",
       [](Graph& g) {
         auto branch = std::make_shared<const Graph>(MakeGraph({}, {MakeNode("Relu", {"a"}, {"r"})}));
         g.nodes.push_back(MakeNode("If", {"x"}, {"z"}, {{"then_branch", branch}}));
       }},
  };
  for (const Guard& guard : guards) {
    Graph graph = ConvAndBatchNorm();
    guard.change(graph);
    const Graph before = graph;
    EXPECT_EQ(FoldBatchNorm(graph, {}), guard.folds) << guard.why;
    EXPECT_EQ(Equal(graph, before), guard.folds == 0) << guard.why;
  }
}

TEST(FoldBatchNormTest, SharedWeightsAreFoldedForEachAndStay) {
  Graph graph = ConvAndBatchNorm();
  graph.nodes.push_back(MakeNode("Conv", {"x", "w", "b"}, {"a2"}));
  graph.nodes.push_back(MakeNode("BatchNormalization", {"a2", "shift", "scale", "mean", "var"}, {"z"}));
  graph.nodes.push_back(MakeNode("Conv", {"x", "w", "b"}, {"plain"}));
  graph.initializers["w/folded"] = Floats({1}, {7});  // The name that the first one would take.
  graph.nodes.push_back(MakeNode("Mul", {"plain", "w/folded"}, {"plainer"}));
  const TensorValue weight = graph.initializers["w"];
  EXPECT_EQ(FoldBatchNorm(graph, {}), 2);
  EXPECT_THAT(Validate(graph), IsOk());
  EXPECT_EQ(graph.initializers["w"], weight);
  EXPECT_EQ(graph.initializers["w/folded"], Floats({1}, {7}));
  EXPECT_NE(graph.nodes[0].inputs[1], graph.nodes[1].inputs[1]);
  EXPECT_EQ(graph.nodes[2].inputs[1], "w");
}

TEST(FoldBiasTest, ActsInNoOtherCase) {
  const std::vector<Guard> guards = {
      {"as it stands", [](Graph&) {}, 1},
      {"operator set 6 broadcasts by attribute", [](Graph& g) { g.opsets[""] = 6; }},
      {"a foreign Add", [](Graph& g) { g.nodes[1].domain = "com.example"; }},
      {"Sub is no Add", [](Graph& g) { g.nodes[1].op_type = "Sub"; }},
      {"the same convolution twice", [](Graph& g) { g.nodes[1].inputs = {"a", "a"}; }},
      {"a graph output",
       [](Graph& g) { g.outputs.push_back({"a", DataType::kFloat32, std::nullopt, "tensor"}); }},
      {"a constant in float64",
       [](Graph& g) {
         g.initializers["c"] = {DataType::kFloat64, {2, 1}, std::make_shared<const Bytes>(16), {}};
       }},
      {"a constant that widens the batch",
       [](Graph& g) { g.initializers["c"] = Floats({3, 2, 1}, std::vector<float>(6, 1)); }},
      {"a constant that adds an axis", [](Graph& g) { g.initializers["c"] = Floats({1, 1, 2, 1}, {1, 2}); }},
      {"a constant without elements", [](Graph& g) { g.initializers["c"] = Floats({0, 1}, {}); }},
      {"a sum that would leave float32",
       [](Graph& g) {
         g.initializers["b"] = Floats({2}, {FLT_MAX, 0});
         g.initializers["c"] = Floats({2, 1}, {FLT_MAX, 0});
       }},
      {"one value for all channels", [](Graph& g) { g.initializers["c"] = Floats({}, {5}); }, 1},
  };
  for (const Guard& guard : guards) {
    Graph graph = MakeGraph(
        {"N", "2", "4"}, {MakeNode("Conv", {"x", "w", "b"}, {"a"}), MakeNode("Add", {"a", "c"}, {"y"})},
        {{"w", Floats({2, 2, 1}, {1, 2, 3, 4})}, {"b", Floats({2}, {1, 2})}, {"c", Floats({2, 1}, {3, 4})}});
    guard.change(graph);
    EXPECT_EQ(FoldBias(graph, {}), guard.folds) << guard.why;
  }
}

TEST(FoldConstantsTest, EvaluatesOnlyWhatIsSafe) {
  int asked = 0;
  OptimiseOptions options;
  const auto answer = [&asked](std::vector<TensorValue> values) {
    return [&asked, values](const Node&, std::span<const TensorValue>,
                            std::int64_t) -> Result<std::vector<TensorValue>> {
      ++asked;
      return values;
    };
  };
  const auto branch = std::make_shared<const Graph>(MakeGraph({}, {MakeNode("Relu", {"c"}, {"r"})}));
  const Node safe = MakeNode("Relu", {"c"}, {"a"});
  const auto folds = [&](const Node& node, std::vector<TensorValue> values) {
    Graph graph = MakeGraph({"2"}, {node, MakeNode("Add", {"x", node.outputs[0]}, {"y"})},
                            {{"c", Floats({2}, {1, 2})}});
    options.evaluate = answer(std::move(values));
    return FoldConstants(graph, options);
  };
  const std::vector<TensorValue> good = {Floats({2}, {1, 2})};
  EXPECT_EQ(folds(safe, good), 1);
  EXPECT_EQ(asked, 1);
  for (const char* op : {"Dropout", "RandomNormalLike", "RandomUniformLike", "Bernoulli"}) {
    EXPECT_EQ(folds(MakeNode(op, {"c"}, {"a"}), good), 0) << op;
  }
  Node foreign = safe, nested = safe;
  foreign.domain = "com.example";
  nested.attributes["body"] = branch;
  EXPECT_EQ(folds(foreign, good), 0);
  EXPECT_EQ(folds(nested, good), 0);
  EXPECT_EQ(folds(MakeNode("Add", {"x", "c"}, {"a"}), good), 0) << "x is no constant";
  EXPECT_EQ(asked, 1) << "none of them was asked for";
  EXPECT_EQ(folds(safe, {}), 0) << "an evaluator that gives too little";
  EXPECT_EQ(folds(safe, {TensorValue{}}), 0);
  EXPECT_EQ(folds(safe, {TensorValue{DataType::kFloat32, {3}, std::make_shared<const Bytes>(8), {}}}), 0);
}

TEST(OptimiseTest, RefusesAGraphThatIsNone) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Relu", {"nothing"}, {"y"})});
  EXPECT_THAT(Optimise(graph), HasError(ErrorCode::kCorrupt, HasSubstr("node 0 (Relu)")));
}

TEST(OptimiseTest, EveryPassCanBeFoundAndSkipped) {
  const Graph graph = ConvAndBatchNorm();
  OptimiseOptions options;
  for (const Pass& pass : AllPasses()) {
    EXPECT_EQ(FindPass(pass.name), &pass);
    EXPECT_FALSE(pass.purpose.empty());
    options.skip.emplace_back(pass.name);
  }
  EXPECT_EQ(FindPass("fold"), nullptr);
  CUPEL_ASSERT_OK(const Optimised untouched, Optimise(graph, options));
  EXPECT_TRUE(Equal(untouched.graph, graph));
}

/// Everything that Equal looks at, changed one at a time.
TEST(EqualTest, SeesAChangeInEveryField) {
  const auto make = [] {
    Graph graph = ConvAndBatchNorm();
    graph.value_infos["a"] = FloatValue("a", {"N", "2"});
    Node& node = graph.nodes[0];
    node.attributes = {{"i", std::int64_t{1}},
                       {"f", 1.0f},
                       {"s", std::string("s")},
                       {"t", Floats({1}, {1})},
                       {"is", std::vector<std::int64_t>{1}},
                       {"fs", std::vector<float>{NAN}},
                       {"ss", std::vector<std::string>{"s"}},
                       {"g", std::make_shared<const Graph>(MakeGraph({}, {MakeNode("Relu", {"a"}, {"r"})}))}};
    return graph;
  };
  EXPECT_TRUE(Equal(make(), make())) << "NaN equals NaN, bit by bit";
  const std::vector<std::function<void(Graph&)>> changes = {
      [](Graph& g) { g.name = "other"; },
      [](Graph& g) { g.producer = "other"; },
      [](Graph& g) { ++g.ir_version; },
      [](Graph& g) { ++g.opsets[""]; },
      [](Graph& g) { g.opsets["more"] = 1; },
      [](Graph& g) { g.inputs[0].type = DataType::kFloat64; },
      [](Graph& g) { g.inputs[0].shape->at(0).symbol = "M"; },
      [](Graph& g) { g.outputs[0].shape.emplace(); },
      [](Graph& g) { g.outputs[0].kind = "sequence"; },
      [](Graph& g) { g.initializers["b"] = Floats({2}, {10, -0.0f}); },
      [](Graph& g) { g.initializers.erase("b"); },
      [](Graph& g) { g.value_infos.clear(); },
      [](Graph& g) { g.value_infos["a"].shape->at(1).value = 3; },
      [](Graph& g) { g.nodes.pop_back(); },
      [](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); },
      [](Graph& g) { g.nodes[0].name = "n"; },
      [](Graph& g) { g.nodes[0].op_type = "N"; },
      [](Graph& g) { g.nodes[0].domain = "d"; },
      [](Graph& g) { g.nodes[0].inputs.emplace_back(""); },
      [](Graph& g) { g.nodes[0].outputs.emplace_back(""); },
      [](Graph& g) { g.nodes[0].attributes["i"] = std::int64_t{2}; },
      [](Graph& g) { g.nodes[0].attributes["i"] = 1.0f; },
      [](Graph& g) { g.nodes[0].attributes["f"] = -1.0f; },
      [](Graph& g) { g.nodes[0].attributes["s"] = std::string("t"); },
      [](Graph& g) { g.nodes[0].attributes["t"] = Floats({1, 1}, {1}); },
      [](Graph& g) { g.nodes[0].attributes["is"] = std::vector<std::int64_t>{}; },
      [](Graph& g) { g.nodes[0].attributes["fs"] = std::vector<float>{-NAN}; },
      [](Graph& g) { g.nodes[0].attributes["ss"] = std::vector<std::string>{"s", ""}; },
      [](Graph& g) {
        g.nodes[0].attributes["g"] =
            std::make_shared<const Graph>(MakeGraph({}, {MakeNode("Abs", {"a"}, {"r"})}));
      },
      [](Graph& g) { g.nodes[0].attributes["g"] = std::shared_ptr<const Graph>(); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Graph changed = make();
    changes[i](changed);
    EXPECT_FALSE(Equal(changed, make())) << "change " << i;
    EXPECT_FALSE(Equal(make(), changed)) << "change " << i;
  }
}

TEST(ValidateTest, NamesThePlaceOfEveryFault) {
  const std::vector<std::pair<std::string, std::function<void(Graph&)>>> faults = {
      {"node 0 'first' (Conv)", [](Graph& g) { g.nodes[0].inputs[0] = "later"; }},
      {"node 1 (BatchNormalization)", [](Graph& g) { g.nodes[1].outputs[0] = "a"; }},
      {"names no operator", [](Graph& g) { g.nodes[1].op_type.clear(); }},
      {"constant 'b'", [](Graph& g) { g.initializers["b"].type = DataType::kFloat64; }},
      {"has no element type", [](Graph& g) { g.initializers["b"].type = DataType::kUndefined; }},
      {"expected 2 strings, got 0",
       [](Graph& g) { g.initializers["b"] = {DataType::kString, {2}, nullptr, {}}; }},
      {"constant 'b'", [](Graph& g) { g.initializers["b"].bytes = nullptr; }},
      {"no name", [](Graph& g) { g.inputs.push_back(FloatValue("", {"1"})); }},
      {"'w' is defined twice", [](Graph& g) { g.inputs.push_back(FloatValue("w", {"1"})); }},
      {"attribute 'value'",
       [](Graph& g) { g.nodes[0].attributes["value"] = TensorValue{DataType::kFloat32, {2}, nullptr, {}}; }},
      {"the subgraph is missing",
       [](Graph& g) { g.nodes[0].attributes["body"] = std::shared_ptr<const Graph>(); }},
      {"'y2'", [](Graph& g) { g.outputs[0].name = "y2"; }},
  };
  for (const auto& [text, fault] : faults) {
    Graph graph = ConvAndBatchNorm();
    graph.nodes[0].name = "first";
    ASSERT_THAT(Validate(graph), IsOk());
    fault(graph);
    EXPECT_THAT(Validate(graph), HasError(ErrorCode::kCorrupt, HasSubstr(text))) << text;
  }
}

}  // namespace
}  // namespace cupel::algorithm::graph
