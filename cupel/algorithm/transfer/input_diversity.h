// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The random shrinking and padding of a picture, and its transpose: D of transfer_attack.h for one draw.

#include <optional>
#include <span>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/plane_warp.h"

namespace cupel::algorithm::transfer {

class InputDiversity {
 public:
  /// shape: {c, h, w}; of any other rank nothing is done. Takes one draw, or four when it does something.
  InputDiversity(const std::vector<std::int64_t>& shape, double probability, ReproducibleStream& stream);

  bool acts() const { return warp_.has_value(); }
  /// x: [d], changed in place.
  void Apply(std::span<float> x) const;
  void ApplyTransposed(std::span<float> gradient) const;

 private:
  std::int64_t channels_ = 0;
  data::image::PlaneSize whole_;
  data::image::PlaneSize small_;
  std::int64_t top_ = 0;
  std::int64_t left_ = 0;
  std::optional<data::image::PlaneWarp> warp_;
};

}  // namespace cupel::algorithm::transfer
