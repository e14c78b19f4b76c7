// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/transfer/input_diversity.h"

#include <algorithm>

namespace cupel::algorithm::transfer {
namespace {

using data::image::PlaneSize;

constexpr double kSmallest = 0.9;

// A side drawn from [0.9 side, side), in whole pixels.
std::int64_t Shrunk(std::int64_t side, double uniform) {
  const auto least =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(kSmallest * static_cast<double>(side)));
  return std::min(side, least + static_cast<std::int64_t>(uniform * static_cast<double>(side - least)));
}

std::int64_t Place(std::int64_t free, ReproducibleStream& stream) {
  return static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(free) + 1));
}

}  // namespace

InputDiversity::InputDiversity(const std::vector<std::int64_t>& shape, double probability,
                               ReproducibleStream& stream) {
  if (stream.UniformDouble() >= probability || shape.size() != 3) return;
  channels_ = shape[0];
  whole_ = {shape[1], shape[2]};
  const double uniform = stream.UniformDouble();
  small_ = {Shrunk(whole_.height, uniform), Shrunk(whole_.width, uniform)};
  top_ = Place(whole_.height - small_.height, stream);
  left_ = Place(whole_.width - small_.width, stream);
  const auto ratio = [](std::int64_t large, std::int64_t small) {
    return static_cast<double>(large) / static_cast<double>(small);
  };
  warp_.emplace(data::image::Homography::ScaleAndMove(ratio(whole_.width, small_.width),
                                                      ratio(whole_.height, small_.height), 0, 0),
                whole_, small_, data::image::Border::kReplicate, 1);
}

void InputDiversity::Apply(std::span<float> x) const {
  if (!warp_) return;
  const auto plane = static_cast<std::size_t>(whole_.count());
  std::vector<float> small(static_cast<std::size_t>(small_.count()));
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    const std::span<float> whole = x.subspan(c * plane, plane);
    warp_->Apply(whole, small);
    std::ranges::fill(whole, 0.0F);
    for (std::int64_t y = 0; y < small_.height; ++y) {
      std::copy_n(small.begin() + y * small_.width, small_.width,
                  whole.begin() + (y + top_) * whole_.width + left_);
    }
  }
}

void InputDiversity::ApplyTransposed(std::span<float> gradient) const {
  if (!warp_) return;
  const auto plane = static_cast<std::size_t>(whole_.count());
  std::vector<float> small(static_cast<std::size_t>(small_.count()));
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    const std::span<float> whole = gradient.subspan(c * plane, plane);
    for (std::int64_t y = 0; y < small_.height; ++y) {
      std::copy_n(whole.begin() + (y + top_) * whole_.width + left_, small_.width,
                  small.begin() + y * small_.width);
    }
    std::ranges::fill(whole, 0.0F);
    warp_->ApplyTransposed(small, whole);
  }
}

}  // namespace cupel::algorithm::transfer
