// SPDX-License-Identifier: Apache-2.0
// Activations, arithmetic and normalisation.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/compiled/lowering.h"

namespace cupel::algorithm::compiled {
namespace {

Status AppendActivation(Lowering& lowering, Activation activation) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  Operation operation = lowering.Make(Kind::kActivation, {x});
  operation.activation = activation;
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

Status Relu(Lowering& l) { return AppendActivation(l, {Function::kRelu, 0, 0}); }
Status LeakyRelu(Lowering& l) {
  return AppendActivation(l, {Function::kRelu, l.node().Real("alpha", 0.01F), 0});
}
Status Sigmoid(Lowering& l) { return AppendActivation(l, {Function::kSigmoid, 0, 0}); }
Status Tanh(Lowering& l) { return AppendActivation(l, {Function::kTanh, 0, 0}); }
Status Softplus(Lowering& l) { return AppendActivation(l, {Function::kSoftplus, 0, 0}); }
Status Exp(Lowering& l) { return AppendActivation(l, {Function::kExp, 0, 0}); }
Status Abs(Lowering& l) { return AppendActivation(l, {Function::kAbs, 0, 0}); }
Status HardSwish(Lowering& l) { return AppendActivation(l, {Function::kHardSwish, 0, 0}); }
Status HardSigmoid(Lowering& l) {
  return AppendActivation(
      l, {Function::kHardSigmoid, l.node().Real("alpha", 0.2F), l.node().Real("beta", 0.5F)});
}
Status Elu(Lowering& l) {
  const float alpha = l.node().Real("alpha", 1.0F);
  if (alpha < 0) return l.Unsupported("a negative alpha");
  return AppendActivation(l, {Function::kElu, alpha, 0});
}
Status Gelu(Lowering& l) {
  const bool approximate = l.node().Text("approximate", "none") == "tanh";
  return AppendActivation(l, {approximate ? Function::kGeluTanh : Function::kGelu, 0, 0});
}

/// One end of a Clip: an attribute up to operator set 10, then an input.
Result<float> ClipBound(const Lowering& lowering, const char* name, std::size_t input, float open) {
  if (lowering.opset() < 11) return lowering.node().Real(name, open);
  if (!lowering.Has(input)) return open;
  CUPEL_TRY(const std::vector<float> values, lowering.Floats(input));
  if (values.size() != 1 || std::isnan(values[0]))
    return lowering.Unsupported("bounds that are not a number");
  return values[0];
}

Status Clip(Lowering& lowering) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  CUPEL_TRY(const float low, ClipBound(lowering, "min", 1, -kLargest));
  CUPEL_TRY(const float high, ClipBound(lowering, "max", 2, kLargest));
  if (low > high) return lowering.Unsupported("a lower bound above the upper one");
  return AppendActivation(lowering, {Function::kClip, low, high});
}

Status AppendAffine(Lowering& lowering, int x, std::vector<float> scale, std::vector<float> shift,
                    bool per_channel) {
  Operation operation = lowering.Make(Kind::kAffine, {x});
  operation.weights = std::move(scale);
  operation.bias = std::move(shift);
  operation.per_channel = per_channel;
  const Shape shape = lowering.ShapeOf(x);
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

Status Neg(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  const Shape& shape = lowering.ShapeOf(x);
  const bool per_channel = shape.size() > 2;
  const auto count = static_cast<std::size_t>(per_channel ? shape[1] : graph::ElementCount(shape) / shape[0]);
  return AppendAffine(lowering, x, std::vector<float>(count, -1), std::vector<float>(count, 0), per_channel);
}

/// For every element of one sample of `shape`, the element of a value of shape `other` that broadcasting
/// pairs it with. `other` has no batch axis of its own, or one that the caller has dropped.
std::vector<std::int32_t> BroadcastMap(const Shape& sample, const Shape& other) {
  const auto count = static_cast<std::size_t>(graph::ElementCount(sample));
  std::vector<std::int32_t> map(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t stride = 1, index = 0;
    for (std::size_t back = 1; back <= sample.size(); ++back) {
      const std::int64_t size = sample[sample.size() - back];
      if (back <= other.size()) {
        const std::int64_t other_size = other[other.size() - back];
        if (other_size != 1) index += rest % size * stride;
        stride *= other_size;
      }
      rest /= size;
    }
    map[i] = static_cast<std::int32_t>(index);
  }
  return map;
}

bool FitsInto(const Shape& sample, const Shape& other) {
  if (other.size() > sample.size()) return false;
  for (std::size_t back = 1; back <= other.size(); ++back) {
    const std::int64_t size = other[other.size() - back];
    if (size != 1 && size != sample[sample.size() - back]) return false;
  }
  return true;
}

Status WithConstant(Lowering& lowering, char arithmetic, bool constant_first) {
  const std::size_t constant_input = constant_first ? 0 : 1;
  CUPEL_TRY(const int x, lowering.Value(1 - constant_input));
  CUPEL_TRY(const graph::TensorValue* const constant, lowering.Constant(constant_input));
  CUPEL_TRY(const std::vector<float> values, lowering.Floats(constant_input));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  if (arithmetic == '/' && constant_first) return lowering.Unsupported("division of a constant");
  const Shape input = lowering.ShapeOf(x);
  const Shape sample(input.begin() + 1, input.end());
  Shape other = constant->shape;
  if (other.size() == input.size() && other[0] == 1) other.erase(other.begin());
  if (shape != input || !FitsInto(sample, other))
    return lowering.Unsupported("a constant that enlarges the value or differs between samples");
  const bool channels = other.empty() || graph::ElementCount(other) == 1 ||
                        (other.size() == sample.size() && graph::ElementCount(other) == other[0]);
  const bool per_channel = sample.size() > 1 && channels;
  const Shape spread = per_channel ? Shape{sample[0]} : sample;
  const std::vector<std::int32_t> map =
      BroadcastMap(spread, per_channel ? Shape{graph::ElementCount(other)} : other);
  std::vector<float> scale(map.size(), arithmetic == '-' && constant_first ? -1.0F : 1.0F),
      shift(map.size(), 0);
  for (std::size_t i = 0; i < map.size(); ++i) {
    const float value = values[static_cast<std::size_t>(map[i])];
    if (arithmetic == '*') scale[i] = value;
    if (arithmetic == '/') scale[i] = 1 / value;
    if (arithmetic == '+') shift[i] = value;
    if (arithmetic == '-') shift[i] = constant_first ? value : -value;
  }
  return AppendAffine(lowering, x, std::move(scale), std::move(shift), per_channel);
}

Status Arithmetic(Lowering& lowering, char arithmetic) {
  if (lowering.IsConstant(0) || lowering.IsConstant(1))
    return WithConstant(lowering, arithmetic, lowering.IsConstant(0));
  CUPEL_TRY(int a, lowering.Value(0));
  CUPEL_TRY(int b, lowering.Value(1));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  const bool additive = arithmetic == '+' || arithmetic == '-';
  if (lowering.ShapeOf(a) == lowering.ShapeOf(b) && additive) {
    Operation operation = lowering.Make(Kind::kSum, {a, b});
    operation.sign = arithmetic == '-' ? -1.0F : 1.0F;
    lowering.Define(lowering.Append(std::move(operation), shape));
    return {};
  }
  if (lowering.ShapeOf(a) != shape && (arithmetic == '+' || arithmetic == '*')) std::swap(a, b);
  if (lowering.ShapeOf(a) != shape || lowering.ShapeOf(b).size() != shape.size() ||
      lowering.ShapeOf(b)[0] != shape[0])
    return lowering.Unsupported("two values that enlarge each other");
  Operation operation = lowering.Make(Kind::kBroadcast, {a, b});
  operation.arithmetic = arithmetic;
  const Shape& other = lowering.ShapeOf(b);
  operation.map = BroadcastMap(Shape(shape.begin() + 1, shape.end()), Shape(other.begin() + 1, other.end()));
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

Status Add(Lowering& lowering) { return Arithmetic(lowering, '+'); }
Status Sub(Lowering& lowering) { return Arithmetic(lowering, '-'); }
Status Mul(Lowering& lowering) { return Arithmetic(lowering, '*'); }
Status Div(Lowering& lowering) { return Arithmetic(lowering, '/'); }

Status BatchNormalization(Lowering& lowering) {
  const graph::Node& node = lowering.node();
  CUPEL_TRY(const int x, lowering.Value(0));
  if (lowering.opset() < 9 || node.Integer("training_mode", 0) != 0)
    return lowering.Unsupported("statistics of the batch, or operator sets below 9");
  std::vector<float> parameters[4];
  for (std::size_t i = 0; i < 4; ++i) {
    CUPEL_TRY(parameters[i], lowering.Floats(i + 1));
  }
  const Shape& shape = lowering.ShapeOf(x);
  const auto channels = static_cast<std::size_t>(shape.size() > 1 ? shape[1] : 0);
  std::vector<float> scale(channels), shift(channels);
  for (const auto& values : parameters) {
    if (channels == 0 || values.size() != channels)
      return Fail(ErrorCode::kInvalidArgument, "batch normalisation needs one number per channel",
                  lowering.Place());
  }
  for (std::size_t c = 0; c < channels; ++c) {
    const double factor =
        parameters[0][c] / std::sqrt(double{parameters[3][c]} + node.Real("epsilon", 1e-5F));
    scale[c] = static_cast<float>(factor);
    shift[c] = static_cast<float>(parameters[1][c] - factor * parameters[2][c]);
  }
  return AppendAffine(lowering, x, std::move(scale), std::move(shift), true);
}

constexpr LowerEntry kTable[] = {
    {"Relu", Relu},
    {"LeakyRelu", LeakyRelu},
    {"Sigmoid", Sigmoid},
    {"Tanh", Tanh},
    {"Elu", Elu},
    {"Gelu", Gelu},
    {"Softplus", Softplus},
    {"Exp", Exp},
    {"Abs", Abs},
    {"Neg", Neg},
    {"Clip", Clip},
    {"HardSigmoid", HardSigmoid},
    {"HardSwish", HardSwish},
    {"Add", Add},
    {"Sub", Sub},
    {"Mul", Mul},
    {"Div", Div},
    {"BatchNormalization", BatchNormalization},
};

}  // namespace

std::span<const LowerEntry> ElementwiseLowering() { return kTable; }

}  // namespace cupel::algorithm::compiled
