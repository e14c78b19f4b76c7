// SPDX-License-Identifier: Apache-2.0
// What moves, joins or names elements, and the soft maxima.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cupel/algorithm/compiled/lowering.h"

namespace cupel::algorithm::compiled {
namespace {

/// axis in [-rank, rank) to [1, rank): the first axis holds the samples, which nothing may mix.
Result<std::int64_t> SampleAxis(const Lowering& lowering, std::int64_t axis, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < 0) axis += rank;
  if (axis < 1 || axis >= rank) return lowering.Unsupported("work along the axis of the samples");
  return axis;
}

Status AppendReshape(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  lowering.Define(lowering.ShapeOf(x) == shape ? x
                                               : lowering.Append(lowering.Make(Kind::kReshape, {x}), shape));
  return {};
}

Status Reshape(Lowering& lowering) {
  const auto target = lowering.Integers(1);
  // A written number of rows would be right for this tile alone.
  if (lowering.IsInitializer(1) && target && !target->empty() && (*target)[0] > 0)
    return lowering.Unsupported("a fixed number of samples");
  return AppendReshape(lowering);
}

/// Rows must stay rows: [n, a, b] and never [n * a, b].
Status Flatten(Lowering& lowering) {
  const Shape shape =
      lowering.Has(0) && !lowering.IsConstant(0) ? lowering.ShapeOf(*lowering.Value(0)) : Shape{};
  const std::int64_t axis = lowering.node().Integer("axis", 1);
  if (axis != 1 && axis + static_cast<std::int64_t>(shape.size()) != 1)
    return lowering.Unsupported("flattening at another axis than 1");
  return AppendReshape(lowering);
}

Status Identity(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  lowering.Define(x);
  return {};
}

Status Dropout(Lowering& lowering) {
  const bool live = lowering.opset() < 7 || (lowering.opset() >= 12 && lowering.Has(2));
  if (live) return lowering.Unsupported("live dropout");
  return Identity(lowering);
}

Status Concat(Lowering& lowering) {
  std::vector<int> inputs;
  for (std::size_t i = 0; i < lowering.node().inputs.size(); ++i) {
    CUPEL_TRY(const int value, lowering.Value(i));
    inputs.push_back(value);
  }
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  Operation operation = lowering.Make(Kind::kConcat, inputs);
  CUPEL_TRY(operation.axis, SampleAxis(lowering, lowering.node().Integer("axis", 0), shape));
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

/// Up to operator set 12 over all axes from `axis` on, which is the last axis of a flattened value.
Status AppendSoftmax(Lowering& lowering, bool logarithm) {
  CUPEL_TRY(const int x, lowering.Value(0));
  const bool flattens = lowering.opset() < 13;
  const Shape shape = lowering.ShapeOf(x);
  CUPEL_TRY(const std::int64_t axis,
            SampleAxis(lowering, lowering.node().Integer("axis", flattens ? 1 : -1), shape));
  int value = x;
  Shape inner = shape;
  if (flattens && axis + 1 < static_cast<std::int64_t>(shape.size())) {
    inner.resize(static_cast<std::size_t>(axis));
    inner.push_back(std::accumulate(shape.begin() + axis, shape.end(), std::int64_t{1}, std::multiplies<>()));
    value = lowering.Append(lowering.Make(Kind::kReshape, {x}), inner);
  }
  Operation operation = lowering.Make(Kind::kSoftmax, {value});
  operation.axis = axis;
  operation.logarithm = logarithm;
  value = lowering.Append(std::move(operation), inner);
  if (inner != shape) value = lowering.Append(lowering.Make(Kind::kReshape, {value}), shape);
  lowering.Define(value);
  return {};
}

Status Softmax(Lowering& lowering) { return AppendSoftmax(lowering, false); }
Status LogSoftmax(Lowering& lowering) { return AppendSoftmax(lowering, true); }

Status Pad(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  const auto pads = lowering.AttributeOrInput("pads", 1);
  const std::size_t rank = shape.size();
  if (lowering.node().Text("mode", "constant") != "constant" || lowering.node().Real("value", 0) != 0)
    return lowering.Unsupported("padding with other than zeros");
  if (lowering.Has(2)) {
    CUPEL_TRY(const std::vector<float> value, lowering.Floats(2));
    if (value.size() != 1 || value[0] != 0) return lowering.Unsupported("padding with other than zeros");
  }
  if (!pads || pads->size() != 2 * rank || lowering.Has(3) || (*pads)[0] != 0 || (*pads)[rank] != 0)
    return lowering.Unsupported("this form of padding");
  Operation operation = lowering.Make(Kind::kPad, {x});
  operation.pads = *pads;
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

constexpr LowerEntry kTable[] = {
    {"Reshape", Reshape},       {"Flatten", Flatten},
    {"Squeeze", AppendReshape}, {"Unsqueeze", AppendReshape},
    {"Identity", Identity},     {"Dropout", Dropout},
    {"Concat", Concat},         {"Softmax", Softmax},
    {"LogSoftmax", LogSoftmax}, {"Pad", Pad},
};

}  // namespace

std::span<const LowerEntry> MovementLowering() { return kTable; }

}  // namespace cupel::algorithm::compiled
