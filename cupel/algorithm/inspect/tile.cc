// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/tile.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/nextafter.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {
namespace {

std::int64_t Product(const std::vector<std::int64_t>& shape) {
  std::int64_t product = 1;
  for (std::int64_t dimension : shape) product *= dimension;
  return product;
}

tensor::Tensor HashWeights(std::int64_t features, std::uint32_t which, tensor::Device device) {
  ReproducibleStream stream(0, "inspect.iterate-hash", 0, which);
  std::vector<std::int64_t> weights(static_cast<std::size_t>(features));
  for (auto& weight : weights) weight = static_cast<std::int64_t>(stream.Next64() | 1);
  return at::tensor(weights, at::TensorOptions().dtype(at::kLong)).to(device.torch());
}

}  // namespace

Tile::Tile(const ThreatModel& threat, double step, std::vector<std::int64_t> sample_shape, std::int64_t rows,
           tensor::Device device)
    : threat_(threat),
      step_(step),
      grid_(GridSpacing(threat.box_low, threat.box_high)),
      sample_shape_(std::move(sample_shape)),
      features_(Product(sample_shape_)) {
  std::vector<std::int64_t> shape = {rows};
  shape.insert(shape.end(), sample_shape_.begin(), sample_shape_.end());
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device.torch());
  x_ = at::zeros(shape, options);
  low_ = at::zeros(shape, options);
  if (threat_.norm == Norm::kLinf) {
    high_ = at::zeros(shape, options);
    step_ = StepOnGrid(step, grid_);
  }
  hash_weights_ = {HashWeights(features_, 0, device), HashWeights(features_, 1, device)};
}

void Tile::Write(tensor::Tensor& into, std::int64_t row, std::span<const float> values) {
  into.select(0, row).copy_(at::from_blob(const_cast<float*>(values.data()), sample_shape_, at::kFloat));
}

void Tile::Enter(std::int64_t row, std::span<const float> original, std::span<const float> start,
                 bool on_grid) {
  if (threat_.norm == Norm::kL2) {
    Write(low_, row, original);
    Write(x_, row, start);
    return;
  }
  std::vector<float> low(original.size());
  std::vector<float> high(original.size());
  InnerBounds(threat_, original, low, high);
  std::vector<float> snapped(start.begin(), start.end());
  for (std::size_t i = 0; i < snapped.size(); ++i) {
    const float point = on_grid ? static_cast<float>(std::round(snapped[i] / grid_) * grid_) : snapped[i];
    snapped[i] = std::clamp(point, low[i], high[i]);
  }
  Write(low_, row, low);
  Write(high_, row, high);
  Write(x_, row, snapped);
}

void Tile::Step(const tensor::Tensor& gradient) {
  threat_.norm == Norm::kLinf ? StepLinf(gradient) : StepL2(gradient);
}

void Tile::StepLinf(const tensor::Tensor& gradient) {
  x_.add_(gradient.sign(), step_);
  x_.clamp_(low_, high_);
}

// In double, where squares of a vanishing gradient do not underflow and a small ball is not lost in the
// rounding of the positions in it; only the last step rounds to float32, as RoundInward does.
void Tile::StepL2(const tensor::Tensor& gradient) {
  const std::int64_t n = rows();
  tensor::Tensor x = x_.view({n, features_});
  const tensor::Tensor centre = low_.view({n, features_});
  const tensor::Tensor direction = gradient.reshape({n, features_}).to(at::kDouble);
  const tensor::Tensor length = at::linalg_vector_norm(direction, 2, at::IntArrayRef{1}, true)
                                    .clamp_min_(std::numeric_limits<double>::min());
  tensor::Tensor moved = x.to(at::kDouble).sub_(centre).add_(direction.div(length), step_);
  const tensor::Tensor distance = at::linalg_vector_norm(moved, 2, at::IntArrayRef{1}, true);
  moved.mul_(distance.reciprocal().mul_(InnerRadius(threat_.epsilon)).clamp_max_(1));
  const tensor::Tensor nearest = moved.add(centre).to(at::kFloat);
  const tensor::Tensor beyond = nearest.to(at::kDouble).sub_(centre).abs_().gt(moved.abs());
  x.copy_(at::where(beyond, at::nextafter(nearest, centre), nearest));
  x.clamp_(threat_.box_low, threat_.box_high);
}

std::vector<IterateHash> Tile::Hashes() const {
  const tensor::Tensor bits = x_.view({rows(), features_}).view(at::kInt).to(at::kLong);
  std::vector<IterateHash> hashes(static_cast<std::size_t>(rows()));
  for (std::size_t part = 0; part < 2; ++part) {
    const tensor::Tensor sums = bits.mul(hash_weights_[part]).sum(1).to(at::kCPU).contiguous();
    const std::int64_t* values = sums.data_ptr<std::int64_t>();
    for (std::size_t row = 0; row < hashes.size(); ++row) hashes[row][part] = values[row];
  }
  return hashes;
}

std::vector<float> Tile::Row(std::int64_t row) const { return tensor::ToFloats(x_.select(0, row)); }

void Tile::Keep(const std::vector<std::int64_t>& rows) {
  const tensor::Tensor index = at::tensor(rows, at::TensorOptions().dtype(at::kLong)).to(x_.device());
  x_ = x_.index_select(0, index);
  low_ = low_.index_select(0, index);
  if (high_.defined()) high_ = high_.index_select(0, index);
}

}  // namespace cupel::algorithm::inspect
