// SPDX-License-Identifier: Apache-2.0
// Cases for operators that work element by element. Ranges keep inputs inside the functions' domains.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using graph::TensorValue;

TensorValue Doubles(graph::Shape shape, std::vector<double> values) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(values.data());
  TensorValue value;
  value.type = graph::DataType::kFloat64;
  value.shape = std::move(shape);
  value.bytes = std::make_shared<const Bytes>(data, data + values.size() * sizeof(double));
  return value;
}

TensorValue Booleans(graph::Shape shape, std::vector<std::uint8_t> values) {
  TensorValue value;
  value.type = graph::DataType::kBool;
  value.shape = std::move(shape);
  value.bytes = std::make_shared<const Bytes>(values.begin(), values.end());
  return value;
}

std::vector<GradientCase> Elementwise() {
  const Real wide{{2, 3}, -2, 2};
  const Real positive{{2, 3}, 0.5, 2};
  const Real inside{{2, 3}, -0.9, 0.9};
  const Real above_one{{2, 3}, 1.2, 3};
  const Real row{{3}, 0.5, 2};
  return {
      {"Abs", {wide}},
      {"Acos", {inside}},
      {"Acosh", {above_one}},
      {"Asin", {inside}},
      {"Asinh", {wide}},
      {"Atan", {wide}},
      {"Atanh", {inside}},
      {"Cos", {wide}},
      {"Cosh", {wide}},
      {"Erf", {wide}},
      {"Exp", {wide}},
      {"Log", {positive}},
      {"Neg", {wide}},
      {"Reciprocal", {positive}},
      {"Sin", {wide}},
      {"Sinh", {wide}},
      {"Sqrt", {positive}},
      {"Tan", {inside}},
      {"Add", {wide, row}},
      {"Sub", {wide, row}},
      {"Mul", {wide, row}},
      {"Div", {wide, row}},
      {"Pow", {positive, row}},
      {"Pow", {wide, Doubles({}, {2})}},
      {"Mod", {positive, Doubles({}, {0.7})}, {{"fmod", std::int64_t{1}}}},
      {"Max", {wide, Real{{2, 3}, -2, 2}, row}},
      {"Min", {wide, Real{{2, 3}, -2, 2}, row}},
      {"Mean", {wide, row, positive}},
      {"Sum", {wide, row, positive}},
      {"Where", {Booleans({2, 3}, {1, 0, 1, 0, 0, 1}), wide, row}},
      {"Cast", {wide}, {{"to", std::int64_t{11}}}},
      {"CastLike", {wide, Doubles({}, {1})}},
      {"Clip", {wide, Doubles({}, {-0.5}), Doubles({}, {0.7})}},
      {"Clip", {wide}, {{"min", -0.5F}, {"max", 0.5F}}, 1, 10},
      {"Clip", {wide, Omitted{}, Doubles({}, {0.7})}},
      {"Clip", {wide}},
      {"Add", {Real{{3, 1}}, Real{{2, 1, 4}}}},
      {"Sub", {Real{{}}, wide}},
      {"Mul", {row, wide}},
      {"Div", {row, positive}},
      {"Pow", {row, Real{{2, 3}, -2, 2}}},
      {"Where", {Booleans({2, 1}, {1, 0}), row, wide}},
      {"Where", {Booleans({}, {0}), wide, row}},
      {"Max", {wide}},
      {"Min", {row, Real{{}, 0.6, 1.5}}},
  };
}

std::vector<GradientCase> Activations() {
  const Real wide{{2, 3, 4}, -3, 3};
  const std::int64_t first = 1;
  return {
      {"Relu", {wide}},
      {"LeakyRelu", {wide}, {{"alpha", 0.3F}}},
      {"PRelu", {wide, Real{{3, 1}, 0.1, 0.5}}},
      {"Elu", {wide}, {{"alpha", 1.5F}}},
      {"Celu", {wide}, {{"alpha", 1.5F}}},
      {"Selu", {wide}},
      {"ThresholdedRelu", {wide}, {{"alpha", 0.7F}}},
      {"Sigmoid", {wide}},
      {"Tanh", {wide}},
      {"HardSigmoid", {wide}},
      {"HardSwish", {Real{{2, 3, 4}, -4, 4}}},
      {"Mish", {wide}},
      {"Gelu", {wide}},
      {"Gelu", {wide}, {{"approximate", std::string("tanh")}}},
      {"Softplus", {wide}},
      {"Softsign", {wide}},
      {"Shrink", {wide}, {{"lambd", 0.6F}, {"bias", 0.2F}}},
      {"Softmax", {wide}, {{"axis", first}}},
      {"Softmax", {wide}, {{"axis", first}}, 1, 11},
      {"Softmax", {wide}, {{"axis", std::int64_t{-3}}}},
      {"Softmax", {wide}, {{"axis", std::int64_t{0}}}, 1, 11},
      {"LogSoftmax", {wide}, {{"axis", std::int64_t{0}}}},
      {"PRelu", {wide, Real{{3}, 0.1, 0.5}}, {}, 1, 6},
      {"HardSigmoid", {wide}, {{"alpha", 0.3F}, {"beta", 0.4F}}},
      {"Selu", {wide}, {{"alpha", 1.1F}, {"gamma", 2.0F}}},
      {"LogSoftmax", {wide}},
      {"LogSoftmax", {wide}, {{"axis", first}}, 1, 11},
  };
}

}  // namespace

std::vector<GradientCase> PointwiseCases() {
  std::vector<GradientCase> cases = Elementwise();
  for (auto& test : Activations()) cases.push_back(std::move(test));
  return cases;
}

}  // namespace cupel::algorithm::gradient
