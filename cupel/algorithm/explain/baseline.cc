// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::explain {
namespace {

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

}  // namespace cupel::algorithm::explain
