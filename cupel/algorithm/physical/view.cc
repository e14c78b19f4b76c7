// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/view.h"

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::physical {
namespace {

using data::image::Border;
using data::image::Homography;
using data::image::PlaneSize;
using data::image::PlaneWarp;
using data::image::Point;
using data::image::SeparableFilter;

struct Maps {
  Homography sticker;                 ///< From sticker pixels to the view.
  std::optional<Homography> picture;  ///< From picture pixels to the view.
};

Homography MovedTo(const Homography& map, double x, double y) {
  return map.Then(Homography::ScaleAndMove(1, 1, x, y));
}

// The middle of a side's free way, or a point on it: `low` and `high` are how far the sticker reaches.
double FreePlace(double size, double low, double high, double move) {
  const double first = -low, last = size - high;
  return first < last ? (first + last) / 2 + move * (last - first) / 2 : (first + last) / 2;
}

Maps MakeMaps(PlaneSize plane, const Sticker& sticker, const Placement& placement,
              const ConditionRanges& ranges, const Condition& condition) {
  const auto height = static_cast<double>(plane.height), width = static_cast<double>(plane.width);
  const double sticker_height = placement.HeightOn(plane.height, plane.width);
  const double sticker_width = placement.WidthOn(plane.height, plane.width);
  const Homography to_size =
      Homography::ScaleAndMove(sticker_width / static_cast<double>(sticker.width),
                               sticker_height / static_cast<double>(sticker.height), 0, 0);
  const double shift_x = condition.move_x * ranges.translation * width;
  const double shift_y = condition.move_y * ranges.translation * height;
  if (placement.moves_with_picture) {
    const Homography picture =
        MovedTo(SeenFrom(condition, width, height, 1), width / 2 + shift_x, height / 2 + shift_y);
    const Homography in_region =
        MovedTo(to_size, placement.region->left * width, placement.region->top * height);
    return {in_region.Then(picture), picture};
  }
  const Homography seen = to_size.Then(SeenFrom(condition, sticker_width, sticker_height, 1));
  if (placement.region) {
    return {MovedTo(seen, placement.region->left * width + sticker_width / 2 + shift_x,
                    placement.region->top * height + sticker_height / 2 + shift_y),
            std::nullopt};
  }
  Point low{1e9, 1e9}, high{-1e9, -1e9};
  for (const Point corner :
       data::image::RectangleQuad(static_cast<double>(sticker.width), static_cast<double>(sticker.height))) {
    const Point at = seen.Apply(corner);
    low = {std::min(low.x, at.x), std::min(low.y, at.y)};
    high = {std::max(high.x, at.x), std::max(high.y, at.y)};
  }
  return {MovedTo(seen, FreePlace(width, low.x, high.x, condition.move_x),
                  FreePlace(height, low.y, high.y, condition.move_y)),
          std::nullopt};
}

// A condition's maps can always be inverted: tilts stay far from 90 degrees, scales from 0.
Homography Inverted(const Homography& map) {
  auto inverse = map.Inverse();
  CUPEL_CHECK(inverse.has_value());
  return *inverse;
}

}  // namespace

double Placement::HeightOn(std::int64_t height, std::int64_t width) const {
  return region ? region->height * static_cast<double>(height)
                : std::sqrt(area * static_cast<double>(height * width));
}

double Placement::WidthOn(std::int64_t height, std::int64_t width) const {
  return region ? region->width * static_cast<double>(width)
                : std::sqrt(area * static_cast<double>(height * width));
}

View::View(const std::vector<std::int64_t>& shape, const Sticker& sticker, const Placement& placement,
           const ConditionRanges& ranges, const Condition& condition, ReproducibleStream& stream)
    : plane_{shape[1], shape[2]},
      channels_(shape[0]),
      blur_(SeparableFilter::GaussianTaps(condition.blur, static_cast<int>(std::ceil(3 * condition.blur))),
            Border::kReplicate),
      contrast_(static_cast<float>(condition.contrast)),
      brightness_(static_cast<float>(condition.brightness)) {
  const Maps maps = MakeMaps(plane_, sticker, placement, ranges, condition);
  sticker_warp_.emplace(Inverted(maps.sticker), PlaneSize{sticker.height, sticker.width}, plane_,
                        Border::kConstant);
  if (maps.picture) picture_warp_.emplace(Inverted(*maps.picture), plane_, plane_, Border::kReplicate);
  noise_.resize(static_cast<std::size_t>(channels_ * plane_.count()), 0.0F);
  if (condition.noise > 0) {
    for (float& value : noise_) value = static_cast<float>(condition.noise * stream.Normal());
  }
}

void View::Render(std::span<const float> picture, const Sticker* sticker, std::span<float> seen,
                  std::span<float> kept) const {
  const auto plane = static_cast<std::size_t>(plane_.count());
  std::vector<float> cover(plane, 0.0F), paper(plane, 0.0F);
  if (sticker != nullptr) sticker_warp_->Apply(sticker->outline, cover);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    const std::span<float> out = seen.subspan(c * plane, plane);
    const std::span<const float> from = picture.subspan(c * plane, plane);
    if (picture_warp_) {
      picture_warp_->Apply(from, out);
    } else {
      std::ranges::copy(from, out.begin());
    }
    if (sticker != nullptr) {
      std::vector<float> inked(sticker->outline);
      for (std::size_t i = 0; i < inked.size(); ++i) inked[i] *= sticker->light[c * inked.size() + i];
      sticker_warp_->Apply(inked, paper);
      for (std::size_t i = 0; i < plane; ++i) out[i] = out[i] * (1 - cover[i]) + paper[i];
    }
    blur_.Apply(out, plane_);
    for (std::size_t i = 0; i < plane; ++i) {
      const float value = contrast_ * (out[i] - 0.5F) + 0.5F + brightness_ + noise_[c * plane + i];
      out[i] = std::clamp(value, 0.0F, 1.0F);
      if (!kept.empty()) kept[c * plane + i] = value >= 0 && value <= 1 ? 1.0F : 0.0F;
    }
  }
}

void View::Backward(std::span<float> gradient, std::span<const float> kept, const Sticker& sticker,
                    std::span<float> sticker_gradient) const {
  const auto plane = static_cast<std::size_t>(plane_.count());
  const std::size_t size = sticker.outline.size();
  std::vector<float> back(size);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    const std::span<float> from = gradient.subspan(c * plane, plane);
    for (std::size_t i = 0; i < plane; ++i) from[i] *= kept[c * plane + i] * contrast_;
    blur_.ApplyTransposed(from, plane_);
    std::ranges::fill(back, 0.0F);
    sticker_warp_->ApplyTransposed(from, back);
    for (std::size_t i = 0; i < size; ++i) sticker_gradient[c * size + i] += back[i] * sticker.outline[i];
  }
}

}  // namespace cupel::algorithm::physical
