// SPDX-License-Identifier: Apache-2.0
// Small integers followed element by element: what becomes the target of a computed Reshape.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstring>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/reference_evaluator_for_test.h"
#include "cupel/algorithm/graph/shape_text_for_test.h"
#include "cupel/algorithm/graph/validate.h"

namespace cupel::algorithm::graph {
namespace {

using Ints = std::vector<std::int64_t>;
using Constants = std::map<std::string, TensorValue, std::less<>>;

TensorValue Int32s(const std::vector<std::int32_t>& values) {
  Bytes bytes(values.size() * 4);
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return {
      DataType::kInt32, {static_cast<std::int64_t>(values.size())}, std::make_shared<const Bytes>(bytes), {}};
}

TensorValue Scalar(std::int64_t value) { return TensorValue::FromInt64s({}, {value}); }

/// What is known of y: "3 ? 5", "" for no elements, "nothing".
std::string ValuesOfY(std::vector<Node> nodes, Constants constants = {}, std::int64_t opset = 13) {
  Graph graph = MakeGraph({"N", "4", "5"}, std::move(nodes), std::move(constants));
  graph.opsets[""] = opset;
  const Inference known = InferShapes(graph, {}, Declared::kIgnored);
  const auto found = known.integers.find("y");
  if (found == known.integers.end()) return "nothing";
  std::string text;
  for (const auto& value : found->second.values)
    text += (text.empty() ? "" : " ") + (value ? std::to_string(*value) : "?");
  return text;
}

TEST(ShapeValues, OfShapeAndItsParts) {
  const auto shape = [](std::map<std::string, Attribute, std::less<>> attributes) {
    return ValuesOfY({MakeNode("Shape", {"x"}, {"y"}, std::move(attributes))}, {}, 15);
  };
  const auto at = [](std::int64_t value) { return Attribute(value); };
  EXPECT_EQ(shape({}), "? 4 5");
  EXPECT_EQ(shape({{"start", at(1)}}), "4 5");
  EXPECT_EQ(shape({{"start", at(-1)}}), "5");
  EXPECT_EQ(shape({{"end", at(-1)}}), "? 4");
  EXPECT_EQ(shape({{"start", at(2)}, {"end", at(1)}}), "");
  EXPECT_EQ(shape({{"start", at(INT64_MIN)}, {"end", at(INT64_MAX)}}), "? 4 5");
  EXPECT_EQ(shape({{"start", at(7)}}), "");
  EXPECT_EQ(ValuesOfY({MakeNode("Size", {"x"}, {"y"})}), "nothing") << "N is not known";
  EXPECT_EQ(ValuesOfY({MakeNode("Size", {"c"}, {"y"})}, {{"c", Zeros({2, 0, 3})}}), "0");
}

TEST(ShapeValues, OfGatherSliceAndConcat) {
  const Node shape = MakeNode("Shape", {"x"}, {"s"});
  const auto gather = [&](Ints indices) {
    return ValuesOfY({shape, MakeNode("Gather", {"s", "i"}, {"y"})}, {{"i", Integers(std::move(indices))}});
  };
  EXPECT_EQ(gather({2, 1, -1, 0}), "5 4 5 ?");
  EXPECT_EQ(gather({3}), "?") << "an index that the executor will refuse";
  EXPECT_EQ(gather({}), "");
  const auto slice = [&](std::int64_t start, std::int64_t end, std::vector<std::string> more) {
    std::vector<std::string> inputs = {"s", "start", "end"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    return ValuesOfY({shape, MakeNode("Slice", inputs, {"y"})}, {{"start", Integers({start})},
                                                                 {"end", Integers({end})},
                                                                 {"zero", Integers({0})},
                                                                 {"one", Integers({1})},
                                                                 {"minus", Integers({-1})}});
  };
  EXPECT_EQ(slice(1, INT64_MAX, {}), "4 5");
  EXPECT_EQ(slice(-2, -1, {"zero", "one"}), "4");
  EXPECT_EQ(slice(-1, INT64_MIN, {}), "");
  EXPECT_EQ(slice(0, 3, {"minus"}), "? 4 5");
  EXPECT_EQ(slice(0, 3, {"one"}), "nothing") << "a vector has no axis 1";
  EXPECT_EQ(slice(2, 0, {"zero", "minus"}), "nothing") << "backwards is left to the executor";
  EXPECT_EQ(ValuesOfY({shape, MakeNode("Concat", {"c", "s"}, {"y"}, {{"axis", std::int64_t{-1}}})},
                      {{"c", Integers({7, 8})}}),
            "7 8 ? 4 5");
  EXPECT_EQ(ValuesOfY({MakeNode("NonZero", {"x"}, {"n"}),
                       MakeNode("Concat", {"c", "n"}, {"y"}, {{"axis", std::int64_t{0}}})},
                      {{"c", Integers({7})}}),
            "nothing")
      << "nobody knows how long";
}

TEST(ShapeValues, ArithmeticStopsBeforeItWraps) {
  const auto compute = [](const char* op, TensorValue a, TensorValue b, std::int64_t opset = 13) {
    return ValuesOfY({MakeNode(op, {"a", "b"}, {"y"})}, {{"a", std::move(a)}, {"b", std::move(b)}}, opset);
  };
  EXPECT_EQ(compute("Add", Integers({1, 2}), Scalar(10)), "11 12");
  EXPECT_EQ(compute("Sub", Scalar(10), Integers({1, 2})), "9 8");
  EXPECT_EQ(compute("Mul", Integers({3}), Integers({4})), "12");
  EXPECT_EQ(compute("Div", Integers({7, 0}), Integers({2, 5})), "3 0");
  EXPECT_EQ(compute("Div", Integers({7, -7, 7}), Integers({0, 2, -2})), "? ? ?") << "where executors differ";
  EXPECT_EQ(compute("Add", Integers({INT64_MAX, 1}), Scalar(1)), "? 2");
  EXPECT_EQ(compute("Sub", Scalar(INT64_MIN), Scalar(1)), "?");
  EXPECT_EQ(compute("Mul", Int32s({INT32_MAX, 2}), Int32s({2, 2})), "? 4");
  EXPECT_EQ(compute("Add", Int32s({1}), Integers({1})), "nothing") << "types differ";
  EXPECT_EQ(compute("Add", Integers({1, 2}), Integers({1, 2, 3})), "nothing");
  EXPECT_EQ(compute("Add", Integers({1, 2}), Scalar(1), 6), "nothing") << "broadcasting was an attribute";
  EXPECT_EQ(compute("Add", TensorValue::FromInt64s({1, 1}, {1}), Integers({1, 2})), "nothing");
  EXPECT_EQ(compute("Add", Integers({}), Integers({1})), "");
}

TEST(ShapeValues, CastsAndFills) {
  EXPECT_EQ(ValuesOfY({MakeNode("Cast", {"c"}, {"y"}, {{"to", std::int64_t{6}}})},
                      {{"c", Integers({5, INT64_MAX, -1})}}),
            "5 ? -1");
  EXPECT_EQ(ValuesOfY({MakeNode("Cast", {"c"}, {"y"}, {{"to", std::int64_t{1}}})}, {{"c", Integers({5})}}),
            "nothing");
  const auto fill = [](TensorValue value, Ints shape) {
    return ValuesOfY({MakeNode("ConstantOfShape", {"c"}, {"y"}, {{"value", std::move(value)}})},
                     {{"c", Integers(std::move(shape))}});
  };
  EXPECT_EQ(fill(Integers({3}), {2}), "3 3");
  EXPECT_EQ(fill(Integers({3}), {0}), "");
  EXPECT_EQ(fill(Integers({3}), {-1}), "nothing");
  EXPECT_EQ(fill(Integers({3}), {1025}), "nothing") << "at most 1024 elements are followed";
  EXPECT_EQ(fill(Zeros({1}), {2}), "nothing");
  EXPECT_EQ(ValuesOfY({MakeNode("Constant", {}, {"y"}, {{"value_ints", Ints{4, 2}}})}), "4 2");
  EXPECT_EQ(ValuesOfY({MakeNode("Constant", {}, {"y"}, {{"value_int", std::int64_t{4}}})}), "4");
  EXPECT_EQ(ValuesOfY({MakeNode("Identity", {"c"}, {"y"})}, {{"c", Integers(Ints(1024, 1))}}).size(), 2047u);
  EXPECT_EQ(ValuesOfY({MakeNode("Identity", {"c"}, {"y"})}, {{"c", Integers(Ints(1025, 1))}}), "nothing");
}

TEST(ShapeValues, FoldedIntegersKeepTheirType) {
  Graph graph = MakeGraph({"2"}, {MakeNode("Add", {"a", "a"}, {"b"}), MakeNode("Expand", {"x", "b"}, {"y"})},
                          {{"a", Int32s({3, -2})}});
  EXPECT_EQ(FoldConstants(graph, {}), 1);
  EXPECT_EQ(graph.initializers["b"], Int32s({6, -4}));
}

/// Chains of Gather, Concat, Unsqueeze and arithmetic on x's shape, against the reference evaluator: what is
/// known is what comes out.
TEST(ShapeValues, WhatIsKnownIsWhatComesOut) {
  std::int64_t known_elements = 0;
  EXPECT_TRUE(rc::check("chains", [&] {
    Graph graph = MakeGraph({"N", "4", "5"}, {MakeNode("Shape", {"x"}, {"v0"})}, {{"axes", Integers({0})}});
    const auto steps = *rc::gen::resize(100, rc::gen::inRange(1, 12));
    for (int i = 0; i < steps; ++i) {
      const std::string last = fmt::format("v{}", i), next = fmt::format("v{}", i + 1),
                        constant = fmt::format("c{}", i);
      switch (*rc::gen::resize(100, rc::gen::inRange(0, 4))) {
        case 0:
          graph.initializers[constant] = Scalar(0);
          graph.nodes.push_back(MakeNode("Gather", {last, constant}, {next + "s"}));
          graph.nodes.push_back(MakeNode("Unsqueeze", {next + "s", "axes"}, {next}));
          break;
        case 1:
          graph.initializers[constant] = Integers({*rc::gen::inRange<std::int64_t>(-3, 9)});
          graph.nodes.push_back(MakeNode("Concat", {constant, last}, {next}, {{"axis", std::int64_t{0}}}));
          break;
        case 2: graph.nodes.push_back(MakeNode("Mul", {last, last}, {next})); break;
        default:
          graph.initializers[constant] = Integers({*rc::gen::inRange<std::int64_t>(-3, 9)});
          graph.nodes.push_back(MakeNode("Add", {constant, last}, {next}));
      }
    }
    const Inference known = InferShapes(graph);
    const Environment values =
        ReferenceEvaluator(13).Run(graph, {{"x", Numbers{{2, 4, 5}, std::vector<double>(40), false}}});
    for (const auto& [name, partial] : known.integers) {
      const Numbers& numbers = values.at(name);
      RC_ASSERT(partial.values.size() == numbers.values.size());
      for (std::size_t i = 0; i < partial.values.size(); ++i) {
        if (!partial.values[i] || std::abs(numbers.values[i]) > 0x1p52) continue;
        RC_ASSERT(static_cast<double>(*partial.values[i]) == numbers.values[i]);
        ++known_elements;
      }
    }
  }));
  EXPECT_GT(known_elements, 300);
}

TEST(InferenceTest, CompletesButNeverOverridesWhatFollows) {
  Graph graph = MakeGraph({"N", "4"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Mystery", {"a"}, {"b"}),
                                       MakeNode("Abs", {"b"}, {"y"})});
  graph.value_infos["a"] = FloatValue("a", {"7", "9"});  // 9 contradicts; 7 says more than N.
  graph.value_infos["b"] = FloatValue("b", {"N", "2"});
  const Inference trusted = InferShapes(graph);
  EXPECT_EQ(ShapeText(trusted.types.at("a").shape), "7,4");
  EXPECT_EQ(ShapeText(trusted.types.at("y").shape), "N,2");
  const Inference ignored = InferShapes(graph, {}, Declared::kIgnored);
  EXPECT_EQ(ShapeText(ignored.types.at("a").shape), "N,4");
  EXPECT_EQ(ShapeText(ignored.types.at("y").shape), "unknown");
  EXPECT_EQ(ShapeText(InferShapes(graph, {{"N", 3}}, Declared::kIgnored).types.at("a").shape), "3,4");
  EXPECT_EQ(ignored.StaticShape("a"), std::nullopt);
  EXPECT_EQ(ignored.StaticShape("nobody"), std::nullopt);
  EXPECT_EQ(trusted.StaticShape("a"), (Shape{7, 4}));
}

TEST(InferenceTest, AddedTypesStayWhenAddedAgain) {
  Graph graph = MakeGraph({"N", "4"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Mystery", {"a"}, {"b"}),
                                       MakeNode("Flatten", {"a"}, {"y"})});
  AddInferredTypes(graph);
  EXPECT_EQ(ShapeText(graph.value_infos.at("a").shape), "N,4");
  EXPECT_FALSE(graph.value_infos.contains("b"));
  EXPECT_EQ(ShapeText(graph.outputs[0].shape), "N,4");
  EXPECT_FALSE(graph.value_infos.contains("y")) << "an output's type stands with the output";
  const Graph once = graph;
  AddInferredTypes(graph);
  EXPECT_TRUE(Equal(graph, once));
}

}  // namespace
}  // namespace cupel::algorithm::graph
