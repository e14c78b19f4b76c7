// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/stability.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/objective.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr std::int64_t kSmallestTile = 4;
// Suffice where rows are independent by the way they are computed.
constexpr std::int64_t kFewRows = 8;

struct Probe {
  std::vector<float> logits;
  std::vector<float> gradient;
};

// Runs the samples `rows` (indices into `all`) as one tile.
Result<Probe> RunRows(const AttackTarget& target, const tensor::Tensor& all,
                      std::span<const std::int32_t> labels, const std::vector<std::int64_t>& rows,
                      Measured measured) {
  return tensor::Translate([&]() -> Result<Probe> {
    const auto n = static_cast<std::int64_t>(rows.size());
    const std::int64_t c = target.class_count();
    const tensor::Tensor index = at::tensor(rows, at::TensorOptions().dtype(at::kLong)).to(all.device());
    const executor::OutputGradient ascend = [&](const tensor::Tensor& output) {
      const std::vector<float> logits = tensor::ToFloats(output);
      std::vector<float> gradient(logits.size());
      for (std::int64_t row = 0; row < n; ++row) {
        const auto from = static_cast<std::size_t>(row * c);
        LossGradient(Loss::kCrossEntropy, std::span(logits).subspan(from, static_cast<std::size_t>(c)),
                     labels[static_cast<std::size_t>(rows[static_cast<std::size_t>(row)])],
                     std::span(gradient).subspan(from, static_cast<std::size_t>(c)));
      }
      return tensor::FromFloats(gradient, {n, c}).to(output.device());
    };
    if (measured == Measured::kLogits) {
      CUPEL_TRY(const tensor::Tensor logits, target.Logits(all.index_select(0, index)));
      return Probe{tensor::ToFloats(logits), std::vector<float>(rows.size())};
    }
    CUPEL_TRY(const executor::Passes passes,
              target.LogitsGradients(all.index_select(0, index), {&ascend, 1}));
    return Probe{tensor::ToFloats(passes.output), tensor::ToFloats(passes.input_gradients[0])};
  });
}

// Largest difference of a logit between two runs; infinite when a gradient differs while no logit does.
double Difference(const Probe& a, const std::vector<std::int64_t>& rows_a, const Probe& b,
                  const std::vector<std::int64_t>& rows_b, std::int64_t c, bool* same_bits) {
  const auto features = a.gradient.size() / rows_a.size();
  const auto classes = static_cast<std::size_t>(c);
  double worst = 0;
  for (std::size_t i = 0; i < rows_b.size(); ++i) {
    const auto found = std::find(rows_a.begin(), rows_a.end(), rows_b[i]);
    if (found == rows_a.end()) continue;
    const auto j = static_cast<std::size_t>(found - rows_a.begin());
    for (std::size_t k = 0; k < classes; ++k) {
      worst = std::max(worst, std::abs(double{a.logits[j * classes + k]} - b.logits[i * classes + k]));
    }
    *same_bits =
        *same_bits && std::equal(b.gradient.begin() + static_cast<std::ptrdiff_t>(i * features),
                                 b.gradient.begin() + static_cast<std::ptrdiff_t>((i + 1) * features),
                                 a.gradient.begin() + static_cast<std::ptrdiff_t>(j * features));
  }
  *same_bits = *same_bits && worst == 0;
  return worst;
}

// `count` sample numbers below n, counted upwards from `first` with wrap-around: the last rows of a tile are
// copies.
std::vector<std::int64_t> Wrapped(std::int64_t first, std::int64_t count, std::int64_t n) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back((first + i) % n);
  return rows;
}

}  // namespace

Result<Stability> MeasureStability(const AttackTarget& target, std::span<const float> features,
                                   std::span<const std::int32_t> labels, Measured measured) {
  const auto n = std::min(static_cast<std::int64_t>(labels.size()), kTileRows);
  CUPEL_CHECK(n > 0);
  std::vector<std::int64_t> shape = target.sample_shape();
  shape.insert(shape.begin(), n);
  const std::size_t size = features.size() / labels.size() * static_cast<std::size_t>(n);
  const tensor::Tensor all = tensor::FromFloats(features.first(size), shape).to(target.device().torch());
  const std::int64_t c = target.class_count();

  Stability stability;
  const std::int64_t step = target.independent_rows();
  const std::int64_t rows = step > 0 ? std::max(kFewRows, step) : kTileRows;
  const std::vector<std::int64_t> forward = Wrapped(0, rows, n);
  CUPEL_TRY(const Probe base, RunRows(target, all, labels, forward, measured));
  if (!std::all_of(base.logits.begin(), base.logits.end(), [](float z) { return std::isfinite(z); })) {
    return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity on the first samples", "",
                "check the model's input range and preprocessing");
  }

  std::vector<std::int64_t> shuffled = Wrapped(step > 0 ? 1 : n / 3, rows, n);
  std::reverse(shuffled.begin(), shuffled.end());
  CUPEL_TRY(const Probe moved, RunRows(target, all, labels, shuffled, measured));
  stability.position_noise = Difference(base, forward, moved, shuffled, c, &stability.position_independent);

  if (step > 0 && stability.position_independent) {
    for (std::int64_t tile = (kTileRows - 1) / step * step; tile > 0; tile -= step)
      stability.tile_sizes.push_back(tile);
    return stability;
  }
  for (std::int64_t tile = kTileRows / 2; tile >= kSmallestTile && stability.position_independent;
       tile /= 2) {
    const std::vector<std::int64_t> few = Wrapped(n / 2, tile, n);
    CUPEL_TRY(const Probe small, RunRows(target, all, labels, few, measured));
    bool same = true;
    Difference(base, forward, small, few, c, &same);
    if (same) stability.tile_sizes.push_back(tile);
  }
  return stability;
}

}  // namespace cupel::algorithm::inspect
