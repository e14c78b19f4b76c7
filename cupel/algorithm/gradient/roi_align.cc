// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/roi_align.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::gradient {
namespace {

// Where the samples of one axis of one region lie: two neighbours and their weights each (weights 0 outside
// the image).
struct Samples {
  std::int64_t per_bin = 1;
  std::vector<std::int64_t> low, high;
  std::vector<double> low_weight, high_weight;
};

Samples SampleAxis(double start, double end, bool at_least_one, std::int64_t bins,
                   std::int64_t sampling_ratio, std::int64_t size) {
  const double extent = at_least_one ? std::max(end - start, 1.0) : end - start;
  const double bin = extent / static_cast<double>(bins);
  if (!(std::abs(start) < 1e6 && std::abs(end) < 1e6)) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("a region from {} to {} lies far outside the image", start, end));
  }
  Samples samples;
  samples.per_bin = sampling_ratio > 0 ? sampling_ratio
                                       : std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(bin)));
  for (std::int64_t i = 0; i < bins * samples.per_bin; ++i) {
    const double position =
        start + bin * (static_cast<double>(i) + 0.5) / static_cast<double>(samples.per_bin);
    const bool inside = position >= -1 && position <= static_cast<double>(size);
    const double x = std::clamp(position, 0.0, static_cast<double>(size - 1));
    const auto low = static_cast<std::int64_t>(x);
    const double fraction = x - static_cast<double>(low);
    samples.low.push_back(low);
    samples.high.push_back(std::min(low + 1, size - 1));
    samples.low_weight.push_back(inside ? 1 - fraction : 0);
    samples.high_weight.push_back(inside ? fraction : 0);
  }
  return samples;
}

template <typename T>
Tensor Vector(const std::vector<T>& values, at::ScalarType type, at::Device device) {
  Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(type));
  std::copy(values.begin(), values.end(), tensor.data_ptr<T>());
  return tensor.to(device);
}

// One corner of every sample, weighted: [c, rows, columns].
Tensor Corner(const Tensor& image, const std::vector<std::int64_t>& rows,
              const std::vector<double>& row_weights, const std::vector<std::int64_t>& columns,
              const std::vector<double>& column_weights) {
  const auto weights = [&](const std::vector<double>& values) {
    return Vector(values, at::kDouble, image.device()).to(image.scalar_type());
  };
  const Tensor picked = image.index_select(1, Vector(rows, at::kLong, image.device()))
                            .index_select(2, Vector(columns, at::kLong, image.device()));
  return picked.mul(weights(row_weights).unsqueeze(1)).mul(weights(column_weights).unsqueeze(0));
}

// The maximum is taken over the weighted corners, not over the interpolated samples: so do ONNX's reference
// and its tests.
Tensor Pool(const Tensor& image, const Samples& y, const Samples& x, bool maximum) {
  const Tensor corners[] = {Corner(image, y.low, y.low_weight, x.low, x.low_weight),
                            Corner(image, y.low, y.low_weight, x.high, x.high_weight),
                            Corner(image, y.high, y.high_weight, x.low, x.low_weight),
                            Corner(image, y.high, y.high_weight, x.high, x.high_weight)};
  Tensor all = corners[0];
  for (std::size_t i = 1; i < 4; ++i) all = maximum ? at::maximum(all, corners[i]) : all.add(corners[i]);
  const std::vector<std::int64_t> bins = {image.size(0), all.size(1) / y.per_bin, y.per_bin,
                                          all.size(2) / x.per_bin, x.per_bin};
  return maximum ? all.reshape(bins).amax({2, 4}) : all.reshape(bins).mean({2, 4});
}

}  // namespace

std::vector<Tensor> RoiAlign(const OperatorCall& call) {
  const graph::Node& node = call.node;
  const Tensor& x = call.Input(0);
  const Tensor regions = call.Input(1).detach().to(at::kCPU).to(at::kDouble).contiguous();
  const std::vector<std::int64_t> images = call.InputIntegers(2);
  if (x.dim() != 4 || regions.dim() != 2 || regions.size(1) != 4 ||
      static_cast<std::int64_t>(images.size()) != regions.size(0)) {
    throw OperatorError(ErrorCode::kInvalidArgument, "inputs must be [n, c, h, w], [r, 4] and [r]");
  }
  const std::string mode = node.Text("mode", "avg");
  if (mode != "avg" && mode != "max")
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("mode must be avg or max, got \"{}\"", mode));
  const bool half_pixel = node.Text("coordinate_transformation_mode",
                                    call.opset < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel";
  const std::int64_t height = node.Integer("output_height", 1);
  const std::int64_t width = node.Integer("output_width", 1);
  const std::int64_t ratio = node.Integer("sampling_ratio", 0);
  if (height < 1 || width < 1 || x.size(2) < 1 || x.size(3) < 1) {
    throw OperatorError(ErrorCode::kInvalidArgument, "output and image must have rows and columns");
  }
  std::vector<Tensor> pooled;
  for (std::size_t r = 0; r < images.size(); ++r) {
    double corner[4];
    for (std::size_t i = 0; i < 4; ++i) {
      corner[i] =
          regions.data_ptr<double>()[4 * r + i] * node.Real("spatial_scale", 1) - (half_pixel ? 0.5 : 0);
    }
    const Samples across = SampleAxis(corner[0], corner[2], !half_pixel, width, ratio, x.size(3));
    const Samples down = SampleAxis(corner[1], corner[3], !half_pixel, height, ratio, x.size(2));
    pooled.push_back(Pool(x.select(0, images[r]), down, across, mode == "max"));
  }
  if (pooled.empty()) return {at::zeros({0, x.size(1), height, width}, x.options())};
  return {at::stack(pooled)};
}

}  // namespace cupel::algorithm::gradient
