// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/integrated_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::explain {
namespace {

std::vector<std::int64_t> TileShape(const ExplainedModel& model) {
  std::vector<std::int64_t> shape = model.sample_shape;
  shape.insert(shape.begin(), executor::kTileSize);
  return shape;
}

// Rows from .. of `inputs` as a full tile; the last rows of a short one are copies of the last input.
tensor::Tensor TileOf(const ExplainedModel& model, std::span<const float> inputs, std::int64_t from,
                      std::int64_t n) {
  const std::size_t d = inputs.size() / static_cast<std::size_t>(n);
  std::vector<float> tile;
  tile.reserve(d * static_cast<std::size_t>(executor::kTileSize));
  for (std::int64_t row = 0; row < executor::kTileSize; ++row) {
    const auto sample = inputs.subspan(static_cast<std::size_t>(std::min(from + row, n - 1)) * d, d);
    tile.insert(tile.end(), sample.begin(), sample.end());
  }
  return tensor::FromFloats(tile, TileShape(model)).to(model.executor->device().torch());
}

std::vector<float> ChannelMeans(std::span<const float> x, std::size_t channels) {
  std::vector<float> means(x.size());
  const std::size_t plane = x.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < plane; ++i) sum += x[c * plane + i];
    std::fill_n(means.begin() + static_cast<std::ptrdiff_t>(c * plane), plane,
                static_cast<float>(sum / static_cast<double>(plane)));
  }
  return means;
}

// One pass of a separable Gaussian along lines of `length` values `stride` apart; the border value goes on
// outside.
void BlurLine(const float* in, float* out, std::int64_t length, std::int64_t stride, double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  for (std::int64_t i = 0; i < length; ++i) {
    double sum = 0;
    double weights = 0;
    for (std::int64_t k = -radius; k <= radius; ++k) {
      const double weight = std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma));
      sum += weight * in[std::clamp<std::int64_t>(i + k, 0, length - 1) * stride];
      weights += weight;
    }
    out[i * stride] = static_cast<float>(sum / weights);
  }
}

std::vector<float> Blurred(std::span<const float> x, const std::vector<std::int64_t>& shape) {
  const std::int64_t height = shape[1];
  const std::int64_t width = shape[2];
  const double sigma = std::max(1.0, static_cast<double>(width) / 8);
  std::vector<float> rows(x.size());
  std::vector<float> both(x.size());
  for (std::int64_t line = 0; line < shape[0] * height; ++line)
    BlurLine(x.data() + line * width, rows.data() + line * width, width, 1, sigma);
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    for (std::int64_t column = 0; column < width; ++column) {
      const std::int64_t at = c * height * width + column;
      BlurLine(rows.data() + at, both.data() + at, height, width, sigma);
    }
  }
  return both;
}

}  // namespace

Result<Baseline> ParseBaseline(std::string_view text) {
  if (text == "zero") return Baseline::kZero;
  if (text == "mean") return Baseline::kMean;
  if (text == "blur") return Baseline::kBlur;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("baseline must be zero, mean or blur, got \"{}\"", text));
}

Result<std::vector<float>> MakeBaseline(Baseline kind, std::span<const float> x,
                                        const std::vector<std::int64_t>& sample_shape, float box_low,
                                        float box_high) {
  switch (kind) {
    case Baseline::kZero: return std::vector<float>(x.size(), std::clamp(0.0F, box_low, box_high));
    case Baseline::kMean:
      return ChannelMeans(x, sample_shape.size() == 3 ? static_cast<std::size_t>(sample_shape[0]) : 1);
    case Baseline::kBlur: break;
  }
  if (sample_shape.size() != 3) {
    return Fail(ErrorCode::kInvalidArgument, "the baseline blur needs pictures", "",
                "use baseline = \"zero\" or \"mean\"");
  }
  return Blurred(x, sample_shape);
}

Result<std::vector<float>> TiledLogits(const ExplainedModel& model, std::span<const float> inputs,
                                       std::int64_t n) {
  return tensor::Translate([&]() -> Result<std::vector<float>> {
    std::vector<float> all;
    for (std::int64_t from = 0; from < n; from += executor::kTileSize) {
      CUPEL_TRY(const tensor::Tensor output, model.executor->Forward(TileOf(model, inputs, from, n)));
      const std::vector<float> logits = tensor::ToFloats(output);
      const std::int64_t rows = std::min(executor::kTileSize, n - from);
      all.insert(all.end(), logits.begin(), logits.begin() + rows * model.class_count);
    }
    if (!std::all_of(all.begin(), all.end(), [](float z) { return std::isfinite(z); })) {
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
    }
    return all;
  });
}

Result<std::vector<double>> IntegratedGradients(const ExplainedModel& model, std::span<const float> x,
                                                std::span<const float> baseline, std::int32_t target_class,
                                                std::int64_t steps) {
  return tensor::Translate([&]() -> Result<std::vector<double>> {
    const std::size_t d = x.size();
    std::vector<double> sums(d, 0.0);
    for (std::int64_t from = 0; from < steps; from += executor::kTileSize) {
      const std::int64_t rows = std::min(executor::kTileSize, steps - from);
      std::vector<float> points(static_cast<std::size_t>(rows) * d);
      for (std::int64_t row = 0; row < rows; ++row) {
        const double along = (static_cast<double>(from + row) + 0.5) / static_cast<double>(steps);
        for (std::size_t i = 0; i < d; ++i) {
          points[static_cast<std::size_t>(row) * d + i] =
              static_cast<float>(baseline[i] + along * (double{x[i]} - baseline[i]));
        }
      }
      std::vector<float> seed(static_cast<std::size_t>(executor::kTileSize * model.class_count), 0.0F);
      for (std::int64_t row = 0; row < rows; ++row)
        seed[static_cast<std::size_t>(row * model.class_count + target_class)] = 1;
      CUPEL_TRY(
          const executor::Pass pass,
          model.executor->ForwardGradient(TileOf(model, points, 0, rows), [&](const tensor::Tensor& output) {
            return tensor::FromFloats(seed, {executor::kTileSize, model.class_count}).to(output.device());
          }));
      const std::vector<float> gradient = tensor::ToFloats(pass.input_gradient);
      for (std::size_t k = 0; k < static_cast<std::size_t>(rows) * d; ++k) sums[k % d] += gradient[k];
    }
    for (std::size_t i = 0; i < d; ++i) sums[i] *= (double{x[i]} - baseline[i]) / static_cast<double>(steps);
    if (!std::all_of(sums.begin(), sums.end(), [](double value) { return std::isfinite(value); })) {
      return Fail(ErrorCode::kInvalidArgument, "the model's gradient is NaN or infinite");
    }
    return sums;
  });
}

}  // namespace cupel::algorithm::explain
