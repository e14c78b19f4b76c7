// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The orthonormal directions in which SimBA steps.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {

/// shape: {c, h, w}, or {d} (a table, whose basis is its features whatever is asked).
class DirectionBasis {
 public:
  DirectionBasis(std::span<const std::int64_t> shape, bool cosine);

  /// All directions in the order of one pass: those with both frequencies below `first` in random order,
  /// then the others in random order. Features: all in random order.
  std::vector<std::int64_t> DrawOrder(std::int64_t first, ReproducibleStream& stream) const;

  /// x += length * direction. Direction k belongs to channel k / (h w), vertical frequency k / w % h,
  /// horizontal frequency k % w. x: [d].
  void Add(std::int64_t direction, double length, std::span<double> x) const;

 private:
  bool cosine_;
  std::int64_t features_;
  std::int64_t height_ = 1;
  std::int64_t width_ = 1;
  std::vector<double> rows_;     ///< [h frequencies][h], orthonormal (DCT-II).
  std::vector<double> columns_;  ///< [w frequencies][w]
};

}  // namespace cupel::algorithm::inspect
