// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/augment.h"

namespace cupel::algorithm::train {

void Augment(std::span<float> image, const std::vector<std::int64_t>& shape, bool mirror, int down,
             int right) {
  if (!mirror && down == 0 && right == 0) return;
  const std::int64_t height = shape[1];
  const std::int64_t width = shape[2];
  const std::vector<float> before(image.begin(), image.end());
  std::size_t out = 0;
  for (std::int64_t channel = 0; channel < shape[0]; ++channel) {
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t column = 0; column < width; ++column) {
        const std::int64_t from_row = row - down;
        const std::int64_t shifted = column - right;
        const std::int64_t from_column = mirror ? width - 1 - shifted : shifted;
        const bool inside = from_row >= 0 && from_row < height && shifted >= 0 && shifted < width;
        image[out++] =
            inside ? before[static_cast<std::size_t>((channel * height + from_row) * width + from_column)]
                   : 0;
      }
    }
  }
}

}  // namespace cupel::algorithm::train
