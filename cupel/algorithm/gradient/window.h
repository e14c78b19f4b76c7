// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sliding windows: what convolution and pooling share. Resolves ONNX's kernel_shape, strides, dilations,
/// pads, auto_pad and ceil_mode of one node to plain numbers per spatial axis. Source: ONNX operator pages of
/// Conv, MaxPool, AveragePool (opset 1 to 19).

#include <cstdint>
#include <vector>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {

struct Window {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> pads_begin;
  std::vector<std::int64_t> pads_end;  ///< As the node asks; see `excess` for what ceil_mode adds.
  std::vector<std::int64_t> excess;  ///< Positions beyond pads_end that the last window of ceil_mode touches.

  bool Symmetric() const { return pads_begin == pads_end; }
  bool HasExcess() const;
  bool Padded() const;  ///< Any padding or excess at all.
  /// kernel spread by dilation, per axis.
  std::int64_t Extent(std::size_t axis) const { return (kernel[axis] - 1) * dilations[axis] + 1; }
};

/// `spatial`: sizes of the input's spatial axes. `kernel`: the weight's spatial sizes, or empty to read
/// kernel_shape. Errors (OperatorError): attributes whose length is not the number of axes, numbers out of
/// range, unknown auto_pad.
Window ResolveWindow(const graph::Node& node, at::IntArrayRef spatial, std::vector<std::int64_t> kernel);

/// `x` [n, c, ...] padded with `value` on its last begin.size() axes; negative pads crop.
Tensor PadSpatial(const Tensor& x, const std::vector<std::int64_t>& begin,
                  const std::vector<std::int64_t>& end, double value);

}  // namespace cupel::algorithm::gradient
