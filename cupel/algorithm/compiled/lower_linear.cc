// SPDX-License-Identifier: Apache-2.0
// Convolutions, matrix products and pooling.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/compiled/lowering.h"

namespace cupel::algorithm::compiled {
namespace {

using Numbers = std::vector<std::int64_t>;

/// Kernel, strides, dilations and pads as numbers; the padding at the end is what the result's size needs.
Result<Window> ResolveWindow(const Lowering& lowering, const Shape& input, const Shape& output,
                             const Numbers& kernel) {
  const graph::Node& node = lowering.node();
  const std::size_t axes = kernel.size();
  if (axes < 1 || axes > 3 || input.size() != axes + 2 || output.size() != axes + 2)
    return lowering.Unsupported("windows over other than 1 to 3 axes");
  Window window{kernel, node.Integers("strides", Numbers(axes, 1)),
                node.Integers("dilations", Numbers(axes, 1)), Numbers(axes, 0), Numbers(axes, 0)};
  const Numbers pads = node.Integers("pads", Numbers(2 * axes, 0));
  if (window.strides.size() != axes || window.dilations.size() != axes || pads.size() != 2 * axes)
    return Fail(ErrorCode::kInvalidArgument, "strides, dilations and pads need one number per axis",
                lowering.Place());
  const std::string automatic = node.Text("auto_pad", "NOTSET");
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t extent = (kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t needed = (output[i + 2] - 1) * window.strides[i] + extent - input[i + 2];
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      const std::int64_t total = std::max<std::int64_t>(needed, 0);
      window.pads_begin[i] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
    } else if (automatic == "NOTSET") {
      window.pads_begin[i] = pads[i];
    }
    window.pads_end[i] = needed - window.pads_begin[i];
    if (window.pads_begin[i] < 0 || window.pads_begin[i] >= extent || window.pads_end[i] >= extent)
      return lowering.Unsupported("padding that crops or is wider than the window");
  }
  return window;
}

Status Conv(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const graph::TensorValue* const weight, lowering.Constant(1));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  Operation operation = lowering.Make(Kind::kConvolution, {x});
  operation.weight_shape = weight->shape;
  CUPEL_TRY(operation.weights, lowering.Floats(1));
  if (lowering.Has(2)) {
    CUPEL_TRY(operation.bias, lowering.Floats(2));
  }
  operation.groups = lowering.node().Integer("group", 1);
  CUPEL_TRY(operation.window, ResolveWindow(lowering, lowering.ShapeOf(x), shape,
                                            Numbers(weight->shape.begin() + 2, weight->shape.end())));
  if (!operation.bias.empty() && static_cast<std::int64_t>(operation.bias.size()) != shape[1])
    return Fail(ErrorCode::kInvalidArgument, "the bias needs one number per channel", lowering.Place());
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

std::vector<float> Transposed(const std::vector<float>& matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<float> result(matrix.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      result[static_cast<std::size_t>(j * rows + i)] = matrix[static_cast<std::size_t>(i * columns + j)];
  }
  return result;
}

/// weights as [m, k].
Status AppendProduct(Lowering& lowering, int x, Operation operation, std::int64_t m) {
  const Shape input = lowering.ShapeOf(x);
  Shape output = input;
  output.back() = m;
  operation.inputs = {x};
  if (input.size() > 2) {
    const Shape flat = {graph::ElementCount(input) / input.back(), input.back()};
    operation.inputs = {lowering.Append(lowering.Make(Kind::kReshape, {x}), flat)};
    const int product = lowering.Append(std::move(operation), {flat[0], m});
    lowering.Define(lowering.Append(lowering.Make(Kind::kReshape, {product}), output));
    return {};
  }
  lowering.Define(lowering.Append(std::move(operation), output));
  return {};
}

Status Gemm(Lowering& lowering) {
  const graph::Node& node = lowering.node();
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const graph::TensorValue* const weight, lowering.Constant(1));
  CUPEL_TRY([[maybe_unused]] const Shape shape, lowering.OutputShape());
  if (node.Integer("transA", 0) != 0) return lowering.Unsupported("a transposed first factor");
  Operation operation = lowering.Make(Kind::kFullyConnected, {});
  CUPEL_TRY(operation.weights, lowering.Floats(1));
  const bool transposed = node.Integer("transB", 0) != 0;
  const std::int64_t m = weight->shape[transposed ? 0 : 1], k = weight->shape[transposed ? 1 : 0];
  if (!transposed) operation.weights = Transposed(operation.weights, k, m);
  for (float& value : operation.weights) value *= node.Real("alpha", 1.0F);
  operation.weight_shape = {m, k};
  if (lowering.Has(2)) {
    CUPEL_TRY(const graph::TensorValue* const bias, lowering.Constant(2));
    CUPEL_TRY(operation.bias, lowering.Floats(2));
    const bool row = bias->shape.empty() || bias->shape == Shape{1} || bias->shape == Shape{m} ||
                     bias->shape == Shape{1, m} || bias->shape == Shape{1, 1};
    if (!row) return lowering.Unsupported("a bias that differs between samples");
    if (operation.bias.size() == 1) operation.bias.assign(static_cast<std::size_t>(m), operation.bias[0]);
    for (float& value : operation.bias) value *= node.Real("beta", 1.0F);
  }
  return AppendProduct(lowering, x, std::move(operation), m);
}

Status MatMul(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const graph::TensorValue* const weight, lowering.Constant(1));
  CUPEL_TRY([[maybe_unused]] const Shape shape, lowering.OutputShape());
  if (weight->shape.size() != 2 || lowering.ShapeOf(x).size() < 2)
    return lowering.Unsupported("products with other than a constant matrix");
  Operation operation = lowering.Make(Kind::kFullyConnected, {});
  CUPEL_TRY(operation.weights, lowering.Floats(1));
  operation.weights = Transposed(operation.weights, weight->shape[0], weight->shape[1]);
  operation.weight_shape = {weight->shape[1], weight->shape[0]};
  return AppendProduct(lowering, x, std::move(operation), weight->shape[1]);
}

Status Pool(Lowering& lowering, Kind kind) {
  const graph::Node& node = lowering.node();
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  Operation operation = lowering.Make(kind, {x});
  CUPEL_TRY(operation.window,
            ResolveWindow(lowering, lowering.ShapeOf(x), shape, node.Integers("kernel_shape")));
  const bool dilated =
      std::ranges::any_of(operation.window.dilations, [](std::int64_t value) { return value != 1; });
  if (dilated) return lowering.Unsupported("dilated pooling");
  operation.count_pads = kind == Kind::kAveragePool && node.Integer("count_include_pad", 0) != 0;
  if (operation.count_pads && node.Integer("ceil_mode", 0) != 0)
    return lowering.Unsupported("ceil_mode with counted padding");
  lowering.Define(lowering.Append(std::move(operation), shape));
  return {};
}

Status MaxPool(Lowering& lowering) { return Pool(lowering, Kind::kMaxPool); }
Status AveragePool(Lowering& lowering) { return Pool(lowering, Kind::kAveragePool); }

/// Pools whole planes; `output` is the node's shape, [n, c] or [n, c, 1...].
Status GlobalPool(Lowering& lowering, int x, Kind kind, const Shape& output) {
  const Shape input = lowering.ShapeOf(x);
  if (input.size() < 3 || input.size() > 5) return lowering.Unsupported("planes with other than 1 to 3 axes");
  const std::size_t axes = input.size() - 2;
  Operation operation = lowering.Make(kind, {x});
  operation.window = {Numbers(input.begin() + 2, input.end()), Numbers(axes, 1), Numbers(axes, 1),
                      Numbers(axes, 0), Numbers(axes, 0)};
  Shape pooled(input.size(), 1);
  pooled[0] = input[0];
  pooled[1] = input[1];
  int value = lowering.Append(std::move(operation), pooled);
  if (output != pooled) value = lowering.Append(lowering.Make(Kind::kReshape, {value}), output);
  lowering.Define(value);
  return {};
}

Status GlobalAveragePool(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  return GlobalPool(lowering, x, Kind::kAveragePool, shape);
}

Status GlobalMaxPool(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  return GlobalPool(lowering, x, Kind::kMaxPool, shape);
}

/// Over all spatial axes: a global average.
Status ReduceMean(Lowering& lowering) {
  CUPEL_TRY(const int x, lowering.Value(0));
  CUPEL_TRY(const Shape shape, lowering.OutputShape());
  auto axes = lowering.AttributeOrInput("axes", 1);
  const auto rank = static_cast<std::int64_t>(lowering.ShapeOf(x).size());
  if (!axes) return lowering.Unsupported("means over other than all spatial axes");
  for (std::int64_t& axis : *axes) axis = axis < 0 ? axis + rank : axis;
  std::ranges::sort(*axes);
  Numbers spatial;
  for (std::int64_t axis = 2; axis < rank; ++axis) spatial.push_back(axis);
  if (*axes != spatial || spatial.empty())
    return lowering.Unsupported("means over other than all spatial axes");
  return GlobalPool(lowering, x, Kind::kAveragePool, shape);
}

constexpr LowerEntry kTable[] = {
    {"Conv", Conv},
    {"Gemm", Gemm},
    {"MatMul", MatMul},
    {"MaxPool", MaxPool},
    {"AveragePool", AveragePool},
    {"GlobalAveragePool", GlobalAveragePool},
    {"GlobalMaxPool", GlobalMaxPool},
    {"ReduceMean", ReduceMean},
};

}  // namespace

std::span<const LowerEntry> LinearLowering() { return kTable; }

}  // namespace cupel::algorithm::compiled
