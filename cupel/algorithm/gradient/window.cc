// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/window.h"

#include <ATen/ops/constant_pad_nd.h>
#include <fmt/format.h>

#include <algorithm>

namespace cupel::algorithm::gradient {
namespace {

std::vector<std::int64_t> PerAxis(const graph::Node& node, std::string_view attribute, std::size_t axes,
                                  std::int64_t fallback, std::int64_t lowest) {
  std::vector<std::int64_t> values = node.Integers(attribute);
  if (values.empty()) values.assign(axes, fallback);
  if (values.size() != axes) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("{} must have {} entries, has {}", attribute, axes, values.size()));
  }
  for (const std::int64_t value : values) {
    if (value < lowest || value > (std::int64_t{1} << 31)) {
      throw OperatorError(ErrorCode::kInvalidArgument,
                          fmt::format("{} must be in [{}, 2^31], got {}", attribute, lowest, value));
    }
  }
  return values;
}

// auto_pad SAME_*: as many outputs as ceil(input / stride); the odd position goes where the name says.
void PadToSame(Window& window, at::IntArrayRef spatial, bool upper) {
  for (std::size_t i = 0; i < spatial.size(); ++i) {
    const std::int64_t outputs = (spatial[i] + window.strides[i] - 1) / window.strides[i];
    const std::int64_t needed = (outputs - 1) * window.strides[i] + window.Extent(i) - spatial[i];
    const std::int64_t total = std::max<std::int64_t>(needed, 0);
    window.pads_begin[i] = upper ? total / 2 : total - total / 2;
    window.pads_end[i] = total - window.pads_begin[i];
  }
}

// The last window of ceil_mode may start inside the input or its padding, never beyond.
void ExtendToCeiling(Window& window, at::IntArrayRef spatial) {
  for (std::size_t i = 0; i < spatial.size(); ++i) {
    const std::int64_t padded = spatial[i] + window.pads_begin[i] + window.pads_end[i];
    const std::int64_t room = padded - window.Extent(i);
    if (room < 0) continue;
    std::int64_t steps = (room + window.strides[i] - 1) / window.strides[i];
    if (steps * window.strides[i] >= spatial[i] + window.pads_begin[i]) --steps;
    window.excess[i] = std::max<std::int64_t>(steps * window.strides[i] + window.Extent(i) - padded, 0);
  }
}

}  // namespace

bool Window::HasExcess() const {
  return std::any_of(excess.begin(), excess.end(), [](std::int64_t positions) { return positions != 0; });
}

bool Window::Padded() const {
  const auto any = [](const std::vector<std::int64_t>& pads) {
    return std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad != 0; });
  };
  return any(pads_begin) || any(pads_end) || any(excess);
}

Window ResolveWindow(const graph::Node& node, at::IntArrayRef spatial, std::vector<std::int64_t> kernel) {
  const std::size_t axes = spatial.size();
  Window window;
  const bool from_attribute = kernel.empty();
  window.kernel = from_attribute ? PerAxis(node, "kernel_shape", axes, 0, 1) : std::move(kernel);
  if (window.kernel.size() != axes) {
    throw OperatorError(
        ErrorCode::kInvalidArgument,
        fmt::format("the kernel has {} axes, the input {} spatial ones", window.kernel.size(), axes));
  }
  window.strides = PerAxis(node, "strides", axes, 1, 1);
  window.dilations = PerAxis(node, "dilations", axes, 1, 1);
  const std::vector<std::int64_t> pads = PerAxis(node, "pads", 2 * axes, 0, -(std::int64_t{1} << 31));
  window.pads_begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
  window.pads_end.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
  window.excess.assign(axes, 0);
  const std::string mode = node.Text("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    PadToSame(window, spatial, mode == "SAME_UPPER");
  } else if (mode == "VALID") {
    window.pads_begin.assign(axes, 0);
    window.pads_end.assign(axes, 0);
  } else if (mode != "NOTSET" && !mode.empty()) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("auto_pad \"{}\" is unknown", mode));
  }
  if (node.Integer("ceil_mode", 0) != 0) ExtendToCeiling(window, spatial);
  return window;
}

Tensor PadSpatial(const Tensor& x, const std::vector<std::int64_t>& begin,
                  const std::vector<std::int64_t>& end, double value) {
  std::vector<std::int64_t> pads;  // libtorch lists the last axis first
  bool any = false;
  for (std::size_t i = begin.size(); i-- > 0;) {
    pads.push_back(begin[i]);
    pads.push_back(end[i]);
    any = any || begin[i] != 0 || end[i] != 0;
  }
  return any ? at::constant_pad_nd(x, pads, value) : x;
}

}  // namespace cupel::algorithm::gradient
