// SPDX-License-Identifier: Apache-2.0
// One row a rule: operator set, input, node, constants, and the shape that follows. Expected shapes are
// worked out from the operators' pages, not from the code.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/graph/shape_rules.h"
#include "cupel/algorithm/graph/shape_text_for_test.h"

namespace cupel::algorithm::graph {
namespace {

using Ints = std::vector<std::int64_t>;
using Attributes = std::map<std::string, Attribute, std::less<>>;
using Constants = std::map<std::string, TensorValue, std::less<>>;

struct Row {
  std::string op;
  std::vector<std::string> input;  ///< Of x, which is the first input.
  Attributes attributes;
  std::vector<std::pair<std::string, TensorValue>> more;  ///< The other inputs; "" with no value is omitted.
  std::string expected;
  std::int64_t opset = 13;
  std::size_t output = 0;  ///< Which output is y.
};

const Attribute kOne = std::int64_t{1}, kZero = std::int64_t{0};
Attribute Int(std::int64_t value) { return value; }

std::pair<std::string, TensorValue> With(TensorValue value) { return {"given", std::move(value)}; }
std::pair<std::string, TensorValue> Omitted() { return {"", {}}; }

std::string ShapeBy(const Row& row) {
  Node node = MakeNode(row.op, {"x"}, std::vector<std::string>(row.output + 1, ""), row.attributes);
  node.outputs.back() = "y";
  Constants constants;
  for (std::size_t i = 0; i < row.more.size(); ++i) {
    const std::string name = row.more[i].first.empty() ? "" : fmt::format("c{}", i);
    node.inputs.push_back(name);
    if (!name.empty()) constants[name] = row.more[i].second;
  }
  Graph graph = MakeGraph(row.input, {node}, constants);
  graph.opsets[""] = row.opset;
  return ShapeOfY(graph);
}

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(ShapeBy(row), row.expected) << row.op << " of [" << fmt::format("{}", fmt::join(row.input, ","))
                                          << "], operator set " << row.opset;
  }
}

TEST(ShapeRules, ElementwiseOperatorsBroadcast) {
  for (const char* op : {"Add", "Mul", "Pow", "Equal", "Less", "And", "Max", "Sum", "Mean"}) {
    Check({{op, {"N", "3"}, {}, {With(Zeros({}))}, "N,3"},
           {op, {"N", "1"}, {}, {With(Zeros({1, 4}))}, "N,4"},
           {op, {"1"}, {}, {With(Zeros({0}))}, "0"},  // One repeats no times.
           {op, {"0", "3"}, {}, {With(Zeros({1, 1}))}, "0,3"},
           {op, {"0"}, {}, {With(Zeros({5}))}, "unknown"},  // Nothing is not five.
           {op, {"2", "3"}, {}, {With(Zeros({3, 2}))}, "unknown"},
           {op, {"N"}, {}, {With(Zeros({7}))}, "7"},  // N is 7 or 1.
           {op, {"N", "3"}, {}, {With(Zeros({2, 1, 1, 1}))}, "2,1,N,3"}});
  }
  Check({{"Add", {"N", "3"}, {}, {With(Zeros({3}))}, "N,3", 6},  // By attribute: the first one's shape.
         {"Where", {"N", "1"}, {}, {With(Zeros({4})), With(Zeros({2, 1, 1}))}, "2,N,4"},
         {"Where", {"N", "3"}, {}, {With(Zeros({4})), With(Zeros({1}))}, "unknown"},
         {"PRelu", {"N", "3", "4"}, {}, {With(Zeros({3, 1}))}, "N,3,4"},
         {"Clip", {"N", "3"}, {}, {Omitted(), With(Zeros({}))}, "N,3"},
         {"Dropout", {"N", "3"}, {}, {}, "N,3", 13, 1},
         {"CumSum", {"N", "3"}, {}, {With(Integers({1}))}, "N,3"}});
}

TEST(ShapeRules, ReductionsKeepOrDropAxes) {
  const Attribute dropped = Int(0);
  for (const char* op : {"ReduceMean", "ReduceMax", "ReduceL2", "ReduceProd"}) {
    Check({{op, {"N", "3", "4"}, {{"axes", Ints{-1}}}, {}, "N,3,1"},
           {op, {"N", "3", "4"}, {{"axes", Ints{0, 2}}, {"keepdims", dropped}}, {}, "3"},
           {op, {"N", "3", "4"}, {{"keepdims", dropped}}, {}, "scalar"},
           {op, {"N", "3"}, {}, {}, "1,1"},
           {op, {"N", "3"}, {{"axes", Ints{2}}}, {}, "unknown"},
           {op, {"N", "3"}, {{"axes", Ints{-3}}}, {}, "unknown"}});
  }
  Check({{"ReduceSum", {"N", "3"}, {}, {With(Integers({1}))}, "N,1"},
         {"ReduceSum", {"N", "3"}, {{"noop_with_empty_axes", kOne}}, {With(Integers({}))}, "N,3"},
         {"ReduceSum", {"N", "3"}, {{"noop_with_empty_axes", kOne}}, {}, "N,3"},
         {"ReduceSum", {"N", "3"}, {}, {With(Integers({}))}, "1,1"},
         {"ReduceMean", {"N", "3"}, {}, {With(Integers({-1}))}, "N,1", 18},
         {"ReduceMean", {"N", "3"}, {}, {With(Zeros({1}))}, "?,?", 18},  // Axes that are not known.
         {"ArgMax", {"N", "3", "4"}, {{"axis", Int(-2)}}, {}, "N,1,4"},
         {"ArgMin", {"N", "3"}, {{"axis", Int(1)}, {"keepdims", dropped}}, {}, "N"},
         {"ArgMax", {"N", "3"}, {{"axis", Int(2)}}, {}, "unknown"}});
}

TEST(ShapeRules, ReshapesResolveOrStayUnknown) {
  const auto to = [](Ints target) { return With(Integers(std::move(target))); };
  Check({{"Reshape", {"2", "3", "4"}, {}, {to({4, -1})}, "4,6"},
         {"Reshape", {"N", "3", "4"}, {}, {to({0, 12})}, "N,12"},
         {"Reshape", {"N", "3", "4"}, {}, {to({0, 0, 2, -1})}, "N,3,2,2"},
         {"Reshape", {"N", "M", "4"}, {}, {to({0, 0, 2, -1})}, "N,M,2,2"},
         {"Reshape", {"N", "M"}, {}, {to({-1})}, "?"},
         {"Reshape", {"0", "3"}, {}, {to({0, -1})}, "0,?"},  // Zero elements do not say.
         {"Reshape", {"0", "3"}, {{"allowzero", kOne}}, {to({3, 0})}, "3,0", 14},
         {"Reshape", {"6"}, {}, {to({})}, "unknown"},
         {"Reshape", {"1"}, {}, {to({})}, "scalar"},
         {"Reshape", {"2", "3"}, {}, {to({4})}, "unknown"},
         {"Reshape", {"2", "3"}, {}, {to({4, -1})}, "unknown"},
         {"Reshape", {"6"}, {}, {to({-1, -1})}, "unknown"},
         {"Reshape", {"6"}, {}, {to({-2, 3})}, "unknown"},
         {"Reshape", {"2", "3"}, {{"shape", Ints{3, -1}}}, {}, "3,2", 4},
         {"Flatten", {"2", "3", "4"}, {{"axis", Int(2)}}, {}, "6,4"},
         {"Flatten", {"2", "3", "4"}, {{"axis", Int(-1)}}, {}, "6,4"},
         {"Flatten", {"2", "3", "4"}, {{"axis", kZero}}, {}, "1,24"},
         {"Flatten", {"2", "3", "4"}, {{"axis", Int(3)}}, {}, "24,1"},
         {"Flatten", {"2", "3"}, {{"axis", Int(3)}}, {}, "unknown"},
         {"Flatten", {"N", "3", "M"}, {}, {}, "N,?"},
         {"Flatten", {"N", "0", "4"}, {}, {}, "N,0"}});
}

TEST(ShapeRules, AxesAreAddedDroppedAndExchanged) {
  const auto axes = [](Ints values) { return With(Integers(std::move(values))); };
  Check({{"Squeeze", {"N", "1", "3", "1"}, {}, {axes({-1})}, "N,1,3"},
         {"Squeeze", {"2", "1", "3", "1"}, {}, {}, "2,3"},
         {"Squeeze", {"N", "1"}, {}, {}, "unknown"},  // N may be 1.
         {"Squeeze", {"N", "1"}, {}, {axes({0})}, "1"},
         {"Squeeze", {"2", "3"}, {}, {axes({1})}, "unknown"},  // Three do not go.
         {"Squeeze", {"2", "1"}, {}, {axes({2})}, "unknown"},
         {"Squeeze", {"2", "1"}, {{"axes", Ints{1}}}, {}, "2", 11},
         {"Unsqueeze", {"N", "3"}, {}, {axes({-1, 0})}, "1,N,3,1"},
         {"Unsqueeze", {"N"}, {}, {axes({0, 0})}, "unknown"},
         {"Unsqueeze", {"N"}, {}, {axes({3})}, "unknown"},
         {"Unsqueeze", {"N"}, {{"axes", Ints{1}}}, {}, "N,1", 11},
         {"Transpose", {"N", "2", "3"}, {}, {}, "3,2,N"},
         {"Transpose", {"N", "2", "3"}, {{"perm", Ints{1, 2, 0}}}, {}, "2,3,N"},
         {"Transpose", {"N", "2", "3"}, {{"perm", Ints{1, 1, 0}}}, {}, "unknown"},
         {"Transpose", {"N", "2"}, {{"perm", Ints{0, 1, 2}}}, {}, "unknown"}});
}

TEST(ShapeRules, PiecesAreCutAndJoined) {
  const auto ints = [](Ints values) { return With(Integers(std::move(values))); };
  Check({{"Concat", {"N", "2"}, {{"axis", Int(1)}}, {With(Zeros({5, 3}))}, "5,5"},  // So N is 5.
         {"Concat", {"4", "2"}, {{"axis", Int(-1)}}, {With(Zeros({5, 3}))}, "unknown"},
         {"Concat", {"4", "0"}, {{"axis", Int(1)}}, {With(Zeros({4, 3}))}, "4,3"},
         {"Concat", {"4", "2"}, {{"axis", Int(2)}}, {With(Zeros({4, 2}))}, "unknown"},
         {"Concat", {"4", "2"}, {{"axis", Int(0)}}, {With(Zeros({2}))}, "unknown"},
         {"Split", {"N", "7"}, {{"axis", Int(1)}}, {ints({3, 4})}, "N,4", 13, 1},
         {"Split", {"N", "7"}, {{"axis", Int(-1)}, {"num_outputs", Int(2)}}, {}, "N,3", 18, 1},
         {"Split", {"N", "6"}, {{"axis", Int(1)}, {"split", Ints{2, 4}}}, {}, "N,4", 11, 1},
         {"Split", {"N", "7"}, {{"axis", Int(1)}}, {ints({3, 3})}, "unknown", 13, 1},
         {"Split", {"N", "7"}, {{"axis", Int(1)}}, {ints({7})}, "unknown", 13, 1},
         {"Slice", {"N", "9"}, {}, {ints({1}), ints({-1}), ints({1}), ints({3})}, "N,3"},
         {"Slice", {"9"}, {}, {ints({-1}), ints({INT64_MIN}), ints({0}), ints({-4})}, "3"},
         {"Slice", {"9"}, {}, {ints({20}), ints({INT64_MAX})}, "0"},
         {"Slice", {"9"}, {}, {ints({-20}), ints({INT64_MIN}), ints({0}), ints({-1})}, "1"},
         {"Slice", {"0"}, {}, {ints({-20}), ints({INT64_MIN}), ints({0}), ints({-1})}, "0"},
         {"Slice", {"9"}, {}, {ints({5}), ints({2})}, "0"},
         {"Slice", {"9"}, {}, {ints({0}), ints({9}), Omitted(), ints({INT64_MAX})}, "1"},
         {"Slice", {"9"}, {}, {ints({0}), ints({9}), ints({0}), ints({0})}, "?"},
         {"Slice", {"N", "9"}, {{"starts", Ints{2}}, {"ends", Ints{4}}, {"axes", Ints{-1}}}, {}, "N,2", 9},
         {"Slice", {"N"}, {}, {ints({0}), ints({4})}, "?"},
         {"Gather", {"N", "5"}, {{"axis", Int(-1)}}, {With(TensorValue::FromInt64s({}, {0}))}, "N"},
         {"Gather", {"N", "5"}, {}, {With(TensorValue::FromInt64s({2, 3}, Ints(6)))}, "2,3,5"},
         {"Gather", {"N", "5"}, {{"axis", Int(2)}}, {ints({0})}, "unknown"},
         {"TopK", {"N", "5"}, {}, {ints({2})}, "N,2", 11, 1},
         {"TopK", {"N", "5"}, {{"axis", Int(0)}, {"k", Int(3)}}, {}, "3,5", 9}});
}

TEST(ShapeRules, PaddingTilingAndBlocks) {
  const auto ints = [](Ints values) { return With(Integers(std::move(values))); };
  Check({{"Pad", {"N", "4"}, {}, {ints({0, 1, 0, 2})}, "N,7"},
         {"Pad", {"N", "4"}, {{"pads", Ints{0, -1, 0, -1}}}, {}, "N,2", 10},
         {"Pad", {"4"}, {}, {ints({-3, -3})}, "?"},
         {"Pad", {"N", "4"}, {}, {ints({1, 0})}, "?,?"},
         {"Expand", {"N", "1"}, {}, {ints({2, 1, 5})}, "2,N,5"},
         {"Expand", {"3", "4"}, {}, {ints({1, 1})}, "3,4"},
         {"Expand", {"3"}, {}, {ints({2})}, "unknown"},
         {"Tile", {"N", "4"}, {}, {ints({1, 3})}, "N,12"},
         {"Tile", {"2", "4"}, {}, {ints({0, 3})}, "0,12"},
         {"Tile", {"2", "4"}, {}, {ints({3})}, "unknown"},
         {"SpaceToDepth", {"N", "3", "4", "6"}, {{"blocksize", Int(2)}}, {}, "N,12,2,3"},
         {"DepthToSpace", {"N", "12", "2", "3"}, {{"blocksize", Int(2)}}, {}, "N,3,4,6"},
         {"SpaceToDepth", {"N", "3", "5", "6"}, {{"blocksize", Int(2)}}, {}, "N,12,?,3"},
         {"DepthToSpace", {"N", "6", "2", "3"}, {{"blocksize", Int(2)}}, {}, "N,?,4,6"},
         {"DepthToSpace", {"N", "12", "2", "3"}, {{"blocksize", kZero}}, {}, "unknown"}});
}

TEST(ShapeRules, ConvolutionsNeedWhatFitsTogether) {
  const auto weight = [](Shape shape) { return With(Zeros(std::move(shape))); };
  const Attribute same = std::string("SAME_UPPER"), valid = std::string("VALID");
  Check({{"Conv", {"N", "4", "9"}, {{"group", Int(2)}}, {weight({6, 2, 3})}, "N,6,7"},
         {"Conv", {"N", "4", "9"}, {{"auto_pad", valid}, {"pads", Ints{3, 3}}}, {weight({6, 4, 3})}, "N,6,7"},
         {"Conv", {"N", "4", "L"}, {}, {weight({6, 4, 3})}, "N,6,?"},
         {"Conv", {"N", "C", "9"}, {}, {weight({6, 4, 3})}, "N,6,7"},
         {"Conv", {"N", "4", "2"}, {}, {weight({6, 4, 3})}, "N,6,?"},  // The window does not fit.
         {"Conv", {"N", "4", "9"}, {{"pads", Ints{-2, -2}}}, {weight({6, 4, 3})}, "N,6,3"},
         {"Conv", {"N", "5", "9"}, {}, {weight({6, 4, 3})}, "unknown"},
         {"Conv", {"N", "4", "9"}, {{"group", Int(2)}}, {weight({6, 4, 3})}, "unknown"},
         {"Conv", {"N", "4", "9"}, {{"strides", Ints{1, 1}}}, {weight({6, 4, 3})}, "unknown"},
         {"Conv", {"N", "4", "9"}, {{"dilations", Ints{INT64_MAX}}}, {weight({6, 4, 3})}, "unknown"},
         {"Conv", {"N", "4", "9"}, {{"pads", Ints{INT64_MIN, 0}}}, {weight({6, 4, 3})}, "unknown"},
         {"Conv", {"N", "4"}, {}, {weight({6, 4})}, "unknown"},
         {"ConvTranspose", {"N", "4", "5"}, {{"strides", Ints{3}}}, {weight({4, 2, 2})}, "N,2,14"},
         {"ConvTranspose", {"N", "4", "5"}, {{"pads", Ints{1, 1}}}, {weight({4, 2, 3})}, "N,2,5"},
         {"ConvTranspose",
          {"N", "4", "5"},
          {{"auto_pad", same}, {"strides", Ints{2}}},
          {weight({4, 2, 3})},
          "N,2,10"},
         {"ConvTranspose", {"N", "4", "5"}, {{"output_shape", Ints{8}}}, {weight({4, 2, 3})}, "N,2,8"},
         {"ConvTranspose", {"N", "5", "5"}, {}, {weight({4, 2, 3})}, "unknown"},
         {"ConvTranspose", {"N", "4", "5"}, {{"group", kZero}}, {weight({4, 2, 3})}, "unknown"}});
}

TEST(ShapeRules, PoolsRoundUpOnlyToWindowsThatStartInside) {
  const auto pool = [](std::int64_t kernel, std::int64_t stride, Ints pads) {
    return Attributes{{"kernel_shape", Ints{kernel}},
                      {"strides", Ints{stride}},
                      {"pads", std::move(pads)},
                      {"ceil_mode", kOne}};
  };
  for (const char* op : {"MaxPool", "AveragePool", "LpPool"}) {
    Check({{op, {"N", "C", "8"}, pool(3, 2, {0, 0}), {}, "N,C,4"},
           {op, {"N", "C", "4"}, pool(2, 3, {1, 1}), {}, "N,C,2"},  // A third would start in the padding.
           {op, {"N", "C", "5"}, pool(1, 3, {0, 2}), {}, "N,C,2"},
           {op, {"N", "C", "6"}, pool(2, 3, {1, 1}), {}, "N,C,3"},
           {op, {"N", "C", "0"}, pool(2, 2, {0, 0}), {}, "N,C,?"}});
  }
  Check({{"MaxPool", {"N", "C", "8"}, pool(3, 2, {0, 0}), {}, "N,C,4", 13, 1},
         {"MaxPool", {"N", "C", "8"}, {}, {}, "unknown"},
         {"GlobalMaxPool", {"N", "C"}, {}, {}, "N,C"},
         {"GlobalAveragePool", {"N"}, {}, {}, "unknown"}});
}

TEST(ShapeRules, ProductsNeedEqualInnerSizes) {
  const auto by = [](Shape shape) { return With(Zeros(std::move(shape))); };
  Check({{"MatMul", {"N", "4"}, {}, {by({4, 7})}, "N,7"},
         {"MatMul", {"4"}, {}, {by({4})}, "scalar"},
         {"MatMul", {"4"}, {}, {by({2, 4, 7})}, "2,7"},
         {"MatMul", {"N", "1", "3", "4"}, {}, {by({5, 4, 2})}, "N,5,3,2"},
         {"MatMul", {"N", "0"}, {}, {by({0, 7})}, "N,7"},
         {"MatMul", {"N", "4"}, {}, {by({5, 7})}, "unknown"},
         {"MatMul", {"N", "4"}, {}, {by({5})}, "unknown"},
         {"MatMul", {"2", "3", "4"}, {}, {by({3, 4, 7})}, "unknown"},
         {"MatMul", {}, {}, {by({4, 7})}, "unknown"},
         {"MatMulInteger", {"N", "4"}, {}, {by({4, 7})}, "N,7"},
         {"Gemm", {"N", "4"}, {{"transB", kOne}}, {by({7, 4})}, "N,7"},
         {"Gemm", {"4", "N"}, {{"transA", kOne}}, {by({4, 7})}, "N,7"},
         {"Gemm", {"N", "4"}, {}, {by({7, 4})}, "unknown"},
         {"Gemm", {"N", "4", "1"}, {}, {by({4, 7})}, "unknown"}});
}

TEST(ShapeRules, SizesBeyondReasonStayUnknown) {
  const std::string large = std::to_string(std::int64_t{1} << 40),
                    larger = std::to_string((std::int64_t{1} << 40) + 1);
  Check({{"Relu", {large}, {}, {}, large},
         {"Relu", {larger}, {}, {}, "?"},
         {"Flatten", {"N", large, "2"}, {}, {}, "N,?"},
         {"Concat", {large}, {{"axis", kZero}}, {With(Zeros({1}))}, "?"},
         {"Tile", {large}, {}, {With(Integers({INT64_MAX}))}, "?"},
         {"Pad", {large}, {}, {With(Integers({INT64_MAX, INT64_MAX}))}, "?"},
         {"SpaceToDepth", {"1", large, "4", "4"}, {{"blocksize", Int(4)}}, {}, "1,?,1,1"},
         {"Unsqueeze", {"2"}, {}, {With(Integers(Ints(1000, 0)))}, "unknown"},
         {"MaxPool", {"1", "1", large}, {{"kernel_shape", Ints{1}}, {"pads", Ints{1, 1}}}, {}, "1,1,?"}});
}

TEST(ShapeRules, EveryRuleSurvivesEveryWrongArity) {
  // No input, an omitted one, and ten; no output; attributes of the wrong kind.
  for (const auto& table :
       {ElementwiseShapeRules(), WindowShapeRules(), LinearShapeRules(), MovementShapeRules()}) {
    for (const ShapeRuleEntry& entry : table) {
      const std::string op(entry.op_type);
      for (const std::vector<std::string>& inputs :
           {std::vector<std::string>{}, {""}, {"", "x"}, std::vector<std::string>(10, "x")}) {
        for (const std::size_t outputs : {0u, 1u, 3u}) {
          Graph graph =
              MakeGraph({"2", "2", "2"}, {MakeNode(op, inputs, std::vector<std::string>(outputs, "y"),
                                                   {{"axis", std::string("x")}, {"axes", 1.0f}})});
          static_cast<void>(InferShapes(graph));
          graph.inputs[0].shape.reset();
          const std::string shape = ShapeOfY(graph);
          EXPECT_TRUE(outputs > 0 || shape == "unknown") << op;
        }
      }
    }
  }
}

/// The inferred type of y.
DataType TypeOfY(Node node, std::int64_t opset, const Constants& constants = {}) {
  Graph graph = MakeGraph({"N", "3"}, {std::move(node)}, constants);
  graph.opsets[""] = opset;
  return InferShapes(graph, {}, Declared::kIgnored).types.at("y").type;
}

TensorValue Typed(DataType type) {
  return {type, {1}, std::make_shared<const Bytes>(static_cast<std::size_t>(ElementSize(type))), {}};
}

TEST(ShapeRules, TypesFollow) {
  EXPECT_EQ(TypeOfY(MakeNode("Equal", {"x", "x"}, {"y"}), 13), DataType::kBool);
  EXPECT_EQ(TypeOfY(MakeNode("ArgMax", {"x"}, {"y"}), 13), DataType::kInt64);
  EXPECT_EQ(TypeOfY(MakeNode("Shape", {"x"}, {"y"}), 13), DataType::kInt64);
  EXPECT_EQ(TypeOfY(MakeNode("Cast", {"x"}, {"y"}, {{"to", Int(11)}}), 13), DataType::kFloat64);
  EXPECT_EQ(TypeOfY(MakeNode("Cast", {"x"}, {"y"}, {{"to", Int(17)}}), 19), DataType::kUndefined);
  EXPECT_EQ(TypeOfY(MakeNode("CastLike", {"x", "c"}, {"y"}), 15, {{"c", Typed(DataType::kInt8)}}),
            DataType::kInt8);
  EXPECT_EQ(TypeOfY(MakeNode("Dropout", {"x"}, {"", "y"}), 9), DataType::kFloat32);
  EXPECT_EQ(TypeOfY(MakeNode("Dropout", {"x"}, {"", "y"}), 10), DataType::kBool);
  EXPECT_EQ(TypeOfY(MakeNode("Where", {"c", "x", "x"}, {"y"}), 13, {{"c", Typed(DataType::kBool)}}),
            DataType::kFloat32);
  EXPECT_EQ(TypeOfY(MakeNode("ConstantOfShape", {"c"}, {"y"}), 13, {{"c", Integers({2})}}),
            DataType::kFloat32);
  EXPECT_EQ(TypeOfY(MakeNode("ConstantOfShape", {"c"}, {"y"}, {{"value", Typed(DataType::kInt8)}}), 13,
                    {{"c", Integers({2})}}),
            DataType::kInt8);
}

TEST(ShapeRules, QuantisedTypesFollowTheZeroPointOrTheAttribute) {
  const auto quantise = [](std::int64_t opset, const std::string& zero, Attributes attributes) {
    return TypeOfY(MakeNode("QuantizeLinear", {"x", "s", zero}, {"y"}, std::move(attributes)), opset,
                   {{"s", Typed(DataType::kFloat32)}, {"z", Typed(DataType::kInt8)}});
  };
  EXPECT_EQ(quantise(13, "", {}), DataType::kUint8);
  EXPECT_EQ(quantise(13, "z", {}), DataType::kInt8);
  EXPECT_EQ(quantise(21, "", {{"output_dtype", Int(5)}}), DataType::kInt16);
  EXPECT_EQ(quantise(21, "", {{"output_dtype", kZero}}), DataType::kUint8);
  EXPECT_EQ(quantise(21, "", {{"output_dtype", Int(22)}}), DataType::kUndefined) << "int4 has no name here";
}

}  // namespace
}  // namespace cupel::algorithm::graph
