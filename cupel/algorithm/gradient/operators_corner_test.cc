// SPDX-License-Identifier: Apache-2.0
// Corner cases of many operators at once: shapes that broadcast, axes that count from the end, axes without
// elements, whole numbers, NaN, and gradients where a root meets zero. Expected values follow from the
// operators' definitions.
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/gradient/gradient_executor.h"
#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using graph::DataType;
using graph::Shape;
using graph::TensorValue;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using List = std::vector<std::int64_t>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TensorValue Drawn(const Shape& shape, std::uint64_t seed = 1) {
  ReproducibleStream stream(seed, "corner");
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = stream.Uniform(0.5F, 2.0F);
  return Floats(shape, values);
}

// The flat index into `shape` of the element that broadcasts to `index` of `to`.
std::size_t Source(const Shape& shape, const Shape& to, std::size_t index) {
  std::size_t source = 0;
  std::size_t stride = 1;
  for (std::size_t back = 1; back <= to.size(); ++back) {
    const auto size = static_cast<std::size_t>(to[to.size() - back]);
    const std::size_t coordinate = index % size;
    index /= size;
    if (back > shape.size()) continue;
    const auto own = static_cast<std::size_t>(shape[shape.size() - back]);
    source += (own == 1 ? 0 : coordinate) * stride;
    stride *= own;
  }
  return source;
}

TEST(Broadcasting, OfEveryArithmeticOperatorEqualsALoop) {
  struct Rule {
    const char* op_type;
    double (*apply)(double a, double b);
  };
  const Rule rules[] = {{"Add", [](double a, double b) { return a + b; }},
                        {"Sub", [](double a, double b) { return a - b; }},
                        {"Mul", [](double a, double b) { return a * b; }},
                        {"Div", [](double a, double b) { return a / b; }},
                        {"Pow", [](double a, double b) { return std::pow(a, b); }},
                        {"Max", [](double a, double b) { return std::max(a, b); }},
                        {"Min", [](double a, double b) { return std::min(a, b); }},
                        {"Mean", [](double a, double b) { return (a + b) / 2; }},
                        {"Less", [](double a, double b) { return a < b ? 1.0 : 0.0; }}};
  struct Shapes {
    Shape a, b, y;
  };
  const Shapes shapes[] = {{{2, 3, 4}, {4}, {2, 3, 4}},
                           {{4}, {2, 3, 4}, {2, 3, 4}},
                           {{2, 1, 4}, {3, 1}, {2, 3, 4}},
                           {{}, {2, 2}, {2, 2}},
                           {{3}, {}, {3}},
                           {{1, 1}, {1}, {1, 1}},
                           {{0, 3}, {1, 3}, {0, 3}},
                           {{2, 0}, {1}, {2, 0}},
                           {{3, 1}, {1, 2}, {3, 2}}};
  for (const Rule& rule : rules) {
    for (const auto& [a, b, y] : shapes) {
      const TensorValue left = Drawn(a, 1);
      const TensorValue right = Drawn(b, 2);
      const TensorValue result = Apply(rule.op_type, {left, right})[0];
      ASSERT_EQ(result.shape, y) << rule.op_type;
      const std::vector<double> values = result.AsDoubles();
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double expected =
            rule.apply(left.AsDoubles()[Source(a, y, i)], right.AsDoubles()[Source(b, y, i)]);
        EXPECT_NEAR(values[i], expected, 1e-6 * (1 + std::abs(expected))) << rule.op_type;
      }
    }
    EXPECT_THAT(TryApply(rule.op_type, {Drawn({2, 3}), Drawn({2})}), ::testing::Not(cupel::testing::IsOk()))
        << rule.op_type;
  }
}

TEST(NegativeAxes, CountFromTheEnd) {
  const TensorValue x = Drawn({2, 3, 4});
  const TensorValue rows = Integers({2, 3, 4}, List(24, 1));
  struct Case {
    const char* op_type;
    Values inputs;
    std::int64_t opset = 17;
    const char* attribute = "axis";
    bool list = false;
  };
  const std::vector<Case> cases = {{"Softmax", {x}},
                                   {"Softmax", {x}, 11},
                                   {"LogSoftmax", {x}},
                                   {"Hardmax", {x}},
                                   {"ArgMax", {x}},
                                   {"ArgMin", {x}},
                                   {"Concat", {x, x}},
                                   {"Flatten", {x}},
                                   {"Gather", {x, Integers({1, 0})}},
                                   {"GatherElements", {x, rows}},
                                   {"ScatterElements", {x, rows, Drawn({2, 3, 4}, 3)}},
                                   {"Compress",
                                    {x,
                                     [] {
                                       TensorValue mask;
                                       mask.type = DataType::kBool;
                                       mask.shape = {2};
                                       mask.bytes = std::make_shared<const Bytes>(Bytes{0, 1});
                                       return mask;
                                     }()}},
                                   {"TopK", {x, Integers({2})}},
                                   {"Unique", {x}},
                                   {"LpNormalization", {x}},
                                   {"ReduceSum", {x}, 11, "axes", true},
                                   {"ReduceMax", {x}, 17, "axes", true},
                                   {"ReduceMean", {x}, 17, "axes", true},
                                   {"ReduceProd", {x}, 17, "axes", true},
                                   {"ReduceL2", {x}, 17, "axes", true},
                                   {"ReduceLogSumExp", {x}, 17, "axes", true},
                                   {"Unsqueeze", {Drawn({2, 3})}, 11, "axes", true}};
  for (const Case& c : cases) {
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      const auto at = [&](std::int64_t value) {
        const graph::Attribute attribute = c.list ? graph::Attribute(List{value}) : Number(value);
        return Apply(c.op_type, c.inputs, {{c.attribute, attribute}}, c.opset)[0];
      };
      EXPECT_EQ(at(axis), at(axis - 3)) << c.op_type << " along " << axis;
    }
    const graph::Attribute beyond = c.list ? graph::Attribute(List{4}) : Number(4);
    EXPECT_THAT(TryApply(c.op_type, c.inputs, {{c.attribute, beyond}}, c.opset),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("axis must be in [-3, 3), got 4")))
        << c.op_type;
  }
}

TEST(NoElements, GiveTheShapeThatTheRuleGives) {
  struct Case {
    const char* op_type;
    Values inputs;
    Attributes attributes;
    Shape expected;
    std::int64_t opset = 17;
  };
  const TensorValue nobody = Floats({0, 3, 4}, {});
  const TensorValue images = Floats({0, 2, 5, 6}, {});
  for (const Case& c : std::vector<Case>{
           {"Flatten", {nobody}, {}, {0, 12}},
           {"Flatten", {nobody}, {{"axis", Number(2)}}, {0, 4}},
           {"Flatten", {Floats({2, 0, 3}, {})}, {}, {2, 0}},
           {"Flatten", {nobody}, {{"axis", Number(0)}}, {1, 0}},
           {"Relu", {nobody}, {}, {0, 3, 4}},
           {"Softmax", {nobody}, {}, {0, 3, 4}},
           {"Gemm", {Floats({0, 3}, {}), Drawn({3, 2}), Drawn({2})}, {}, {0, 2}},
           {"MatMul", {nobody, Drawn({4, 2})}, {}, {0, 3, 2}},
           {"Conv", {images, Drawn({3, 2, 3, 3}), Drawn({3})}, {}, {0, 3, 3, 4}},
           {"MaxPool", {images}, {{"kernel_shape", List{2, 2}}, {"strides", List{2, 2}}}, {0, 2, 2, 3}},
           {"AveragePool", {images}, {{"kernel_shape", List{2, 2}}}, {0, 2, 4, 5}},
           {"GlobalAveragePool", {images}, {}, {0, 2, 1, 1}},
           {"BatchNormalization", {images, Drawn({2}), Drawn({2}), Drawn({2}), Drawn({2})}, {}, {0, 2, 5, 6}},
           {"Concat", {nobody, nobody}, {{"axis", Number(0)}}, {0, 3, 4}},
           {"Concat", {nobody, Drawn({2, 3, 4})}, {{"axis", Number(0)}}, {2, 3, 4}},
           {"Transpose", {nobody}, {}, {4, 3, 0}},
           {"Slice", {Drawn({3}), Integers({2}), Integers({1})}, {}, {0}},
           {"Slice", {Drawn({3}), Integers({0}), Integers({2}), Integers({0}), Integers({-1})}, {}, {0}},
           {"Gather", {Drawn({3, 2}), Integers({})}, {}, {0, 2}},
           {"ReduceSum", {nobody, Integers({1})}, {{"keepdims", Number(0)}}, {0, 4}},
           {"Expand", {Floats({0, 1}, {}), Integers({0, 3})}, {}, {0, 3}},
           {"Tile", {Drawn({2}), Integers({0})}, {}, {0}},
           {"NonZero", {Floats({3}, {0, 0, 0})}, {}, {1, 0}},
           {"Split", {nobody, Integers({1, 2})}, {{"axis", Number(1)}}, {0, 1, 4}},
           {"Cast", {nobody}, {{"to", Number(7)}}, {0, 3, 4}},
       }) {
    const auto outputs = TryApply(c.op_type, c.inputs, c.attributes, c.opset);
    ASSERT_TRUE(outputs) << c.op_type << ": " << outputs.error().ToString();
    EXPECT_EQ((*outputs)[0].shape, c.expected) << c.op_type;
  }
  // Sums and products over nothing are 0 and 1; of nothing there is no largest.
  EXPECT_THAT(Apply("ReduceSum", {nobody, Integers({0, 1, 2})}, {{"keepdims", Number(0)}})[0].AsDoubles(),
              ElementsAre(0));
  EXPECT_THAT(Apply("ReduceProd", {Floats({1, 0}, {})}, {{"axes", List{1}}})[0].AsDoubles(), ElementsAre(1));
  EXPECT_THAT(TryApply("ReduceMax", {Floats({1, 0}, {})}, {{"axes", List{1}}}),
              ::testing::Not(cupel::testing::IsOk()));
  EXPECT_THAT(Apply("MatMul", {Floats({2, 0}, {}), Floats({0, 1}, {})})[0].AsDoubles(), ElementsAre(0, 0));
}

// The standard's text: a start before the axis is its first element, backwards too (NumPy would take
// nothing).
TEST(Slice, BackwardsFromBeforeItsAxisTakesTheFirstElement) {
  const auto from = [](const TensorValue& x, std::int64_t start) {
    return Apply("Slice", {x, Integers({start}), Integers({INT64_MIN}), Integers({0}), Integers({-1})})[0];
  };
  const TensorValue x = Integers({7, 8, 9});
  EXPECT_THAT(from(x, -20).AsInt64s(), ElementsAre(7));
  EXPECT_THAT(from(x, -3).AsInt64s(), ElementsAre(7));
  EXPECT_THAT(from(x, -2).AsInt64s(), ElementsAre(8, 7));
  EXPECT_THAT(from(Integers({}), -20).AsInt64s(), ElementsAre());
}

TEST(WholeNumbers, AreDividedAsInC) {
  const TensorValue a = Integers({7, -7, 7, -7});
  const TensorValue b = Integers({2, 2, -2, -2});
  EXPECT_THAT(Apply("Div", {a, b})[0].AsInt64s(), ElementsAre(3, -3, -3, 3));
  EXPECT_THAT(Apply("Mod", {a, b})[0].AsInt64s(), ElementsAre(1, 1, -1, -1));  // sign of the divisor
  EXPECT_THAT(Apply("Mod", {a, b}, {{"fmod", Number(1)}})[0].AsInt64s(), ElementsAre(1, -1, 1, -1));
  EXPECT_THAT(TryApply("Div", {a, Integers({0})}), ::testing::Not(cupel::testing::IsOk()));
  EXPECT_THAT(Apply("Pow", {Integers({2, 3}), Floats({}, {2})})[0].AsInt64s(), ElementsAre(4, 9));
  EXPECT_EQ(Apply("Pow", {Integers({2}), Floats({}, {2})})[0].type, DataType::kInt64);
  EXPECT_THAT(Apply("Clip", {a, Integers({}, {-3}), Integers({}, {5})}, {}, 12)[0].AsInt64s(),
              ElementsAre(5, -3, 5, -3));
}

TEST(NotANumber, IsCarriedOnByMaximaAndMinima) {
  const TensorValue x = Floats({3}, {1, kNan, 3});
  for (const char* op_type : {"Max", "Min"}) {
    const std::vector<double> y = Apply(op_type, {x, Floats({}, {2})})[0].AsDoubles();
    EXPECT_TRUE(std::isnan(y[1])) << op_type;
    EXPECT_FALSE(std::isnan(y[0])) << op_type;
  }
  for (const char* op_type : {"ReduceMax", "ReduceMin", "ReduceSum", "Relu", "Softmax"})
    EXPECT_TRUE(std::isnan(Apply(op_type, {x})[0].AsDoubles()[op_type == std::string("Relu") ? 1 : 0]))
        << op_type;
  EXPECT_THAT(Apply("IsNaN", {x})[0].AsDoubles(), ElementsAre(0, 1, 0));
}

// When the lower bound is above the upper one, the upper one wins: numpy.minimum(max, numpy.maximum(x, min)).
TEST(Clip, FollowsItsFormulaAlsoWithCrossedBounds) {
  const TensorValue x = Floats({3}, {-5, 0, 5});
  EXPECT_THAT(Apply("Clip", {x, Floats({}, {2}), Floats({}, {-2})})[0].AsDoubles(), ElementsAre(-2, -2, -2));
  EXPECT_THAT(Apply("Clip", {x, Floats({}, {-1})})[0].AsDoubles(), ElementsAre(-1, 0, 5));
  EXPECT_THAT(Apply("Clip", {x, TensorValue{}, Floats({}, {1})})[0].AsDoubles(), ElementsAre(-5, 0, 1));
}

TEST(ArgMax, PicksTheFirstOfManyEqualElements) {
  std::vector<float> values(5000, 1.0F);
  values[0] = 0;
  EXPECT_THAT(Apply("ArgMax", {Floats({5000}, values)})[0].AsInt64s(), ElementsAre(1));
  EXPECT_THAT(Apply("ArgMax", {Floats({5000}, values)}, {{"select_last_index", Number(1)}})[0].AsInt64s(),
              ElementsAre(4999));
}

TEST(Recurrent, SoftplusDoesNotOverflow) {
  const Attributes attributes = {{"hidden_size", Number(1)},
                                 {"activations", std::vector<std::string>{"Softplus"}}};
  const auto y =
      Apply("RNN", {Floats({1, 1, 1}, {200}), Floats({1, 1, 1}, {1}), Floats({1, 1, 1}, {0})}, attributes);
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(200));
}

/// The gradient of the sum of the node's first output with respect to its only input.
std::vector<float> GradientAt(const std::string& op_type, const Shape& shape, float value,
                              const Attributes& attributes) {
  graph::Graph graph;
  graph.opsets[""] = 17;
  graph.inputs.push_back({.name = "x", .type = DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "y", .type = DataType::kFloat32, .shape = {}});
  graph.nodes.push_back(graph::Node{"node", op_type, "", {"x"}, {"y"}, attributes});
  const auto executor = GradientExecutor::Create(graph, {}).value();
  const std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)), value);
  Tensor x = tensor::FromFloats(values, shape).requires_grad_(true);
  const std::vector<Tensor> y = executor->Forward({&x, 1}, Recording::kOn).value();
  for (const float each : tensor::ToFloats(y[0])) EXPECT_TRUE(std::isfinite(each)) << op_type;
  return tensor::ToFloats(torch::autograd::grad({y[0].sum()}, {x})[0]);
}

// A black region is an input like any other: an attack through it must not meet 0 times infinity.
TEST(Roots, HaveFiniteGradientsAtZeroAndOnFlatImages) {
  const Shape image = {1, 2, 4, 4};
  struct Case {
    const char* op_type;
    Attributes attributes;
  };
  for (const auto& [op_type, attributes] : std::vector<Case>{
           {"LpPool", {{"kernel_shape", List{2, 2}}}},
           {"LpPool", {{"kernel_shape", List{2, 2}}, {"p", Number(1)}}},
           {"LpPool", {{"kernel_shape", List{2, 2}}, {"p", Number(3)}}},
           {"GlobalLpPool", {}},
           {"ReduceL2", {}},
           {"LpNormalization", {}},
           {"LpNormalization", {{"p", Number(1)}}},
           {"MeanVarianceNormalization", {}},
           {"LRN", {{"size", Number(3)}}},
       }) {
    for (const float value : {0.0F, 0.5F}) {
      for (const float gradient : GradientAt(op_type, image, value, attributes))
        EXPECT_TRUE(std::isfinite(gradient)) << op_type << " at " << value;
    }
  }
  EXPECT_THAT(GradientAt("LpPool", {1, 1, 1, 2}, 3, {{"kernel_shape", List{1, 2}}}),
              ::testing::Each(::testing::FloatEq(3 / std::sqrt(18.0F))));  // and is the root's elsewhere
}

TensorValue Truth() {
  TensorValue truth;
  truth.type = DataType::kBool;
  truth.bytes = std::make_shared<const Bytes>(1, 1);
  return truth;
}

// A node that drops by its own training_mode makes the model a function all the same: of its seed.
TEST(Dropout, ThatIsLiveInInferenceDropsTheSameElementsAtEveryRun) {
  const TensorValue x = Floats({10000}, std::vector<float>(10000, 1.0F));
  const Values inputs = {x, Floats({}, {0.25F}), Truth()};
  const Values first = Apply("Dropout", inputs, {{"seed", graph::Attribute(std::int64_t{3})}});
  EXPECT_EQ(Apply("Dropout", inputs, {{"seed", graph::Attribute(std::int64_t{3})}})[0], first[0]);
  EXPECT_FALSE(Apply("Dropout", inputs, {{"seed", graph::Attribute(std::int64_t{4})}})[0] == first[0]);
  std::int64_t kept = 0;
  const std::vector<double> values = first[0].AsDoubles();
  const std::vector<double> mask = first[1].AsDoubles();
  for (std::size_t i = 0; i < values.size(); ++i) {
    kept += values[i] != 0;
    EXPECT_NEAR(values[i], mask[i] / 0.75, 1e-6);
  }
  EXPECT_NEAR(static_cast<double>(kept), 7500, 4 * std::sqrt(10000 * 0.25 * 0.75));
  EXPECT_EQ(Apply("Dropout", {x, Floats({}, {0.25F})})[0], x);  // without training_mode it is nothing
  EXPECT_THAT(TryApply("Dropout", {x, Floats({}, {1.0F}), Truth()}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[0, 1)")));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
