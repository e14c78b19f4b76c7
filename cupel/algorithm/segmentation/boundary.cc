// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/boundary.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/error.h"

namespace cupel::algorithm::segmentation {
namespace {

/// Keeps a pixel of a line when all pixels up to `distance` on either side are set and inside.
void ErodeLine(std::uint8_t* pixels, std::int64_t count, std::int64_t stride, std::int64_t distance,
               std::vector<std::int64_t>& run_end) {
  // run_end[k]: the pixel behind the run of ones that holds k.
  run_end.resize(static_cast<std::size_t>(count));
  for (std::int64_t k = count - 1; k >= 0; --k) {
    const bool set = pixels[k * stride] != 0;
    const bool next = k + 1 < count && pixels[(k + 1) * stride] != 0;
    run_end[static_cast<std::size_t>(k)] = !set ? k : next ? run_end[static_cast<std::size_t>(k + 1)] : k + 1;
  }
  std::int64_t run_begin = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const bool set = run_end[static_cast<std::size_t>(k)] > k;
    if (!set) run_begin = k + 1;
    pixels[k * stride] =
        set && k - run_begin >= distance && run_end[static_cast<std::size_t>(k)] - 1 - k >= distance;
  }
}

}  // namespace

std::int64_t BoundaryDistance(std::int64_t height, std::int64_t width, double ratio) {
  const auto h = static_cast<double>(height), w = static_cast<double>(width);
  return std::max<std::int64_t>(1, std::llrint(ratio * std::sqrt(h * h + w * w)));
}

std::vector<std::uint8_t> BoundaryRegion(const Grid& mask, std::int64_t distance) {
  CUPEL_CHECK(mask.depth == 1 && distance >= 1);
  std::vector<std::uint8_t> eroded = mask.set;
  std::vector<std::int64_t> run_end;
  for (std::int64_t y = 0; y < mask.height; ++y) {
    ErodeLine(eroded.data() + y * mask.width, mask.width, 1, distance, run_end);
  }
  for (std::int64_t x = 0; x < mask.width; ++x) {
    ErodeLine(eroded.data() + x, mask.height, mask.width, distance, run_end);
  }
  for (std::size_t k = 0; k < eroded.size(); ++k) eroded[k] = mask.set[k] != 0 && eroded[k] == 0;
  return eroded;
}

std::optional<double> BoundaryIou(const Grid& truth, const Grid& answer, double ratio) {
  CUPEL_CHECK(truth.height == answer.height && truth.width == answer.width);
  const std::int64_t distance = BoundaryDistance(truth.height, truth.width, ratio);
  const std::vector<std::uint8_t> a = BoundaryRegion(truth, distance);
  const std::vector<std::uint8_t> b = BoundaryRegion(answer, distance);
  std::int64_t both = 0, either = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    both += a[k] & b[k];
    either += a[k] | b[k];
  }
  if (either == 0) return std::nullopt;
  return static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace cupel::algorithm::segmentation
