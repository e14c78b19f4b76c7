// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tile: a fixed number of inputs that walk together, one gradient step at a time.
///
/// Its tensors stay where they are and are changed in place, so an executor always meets the same shapes and
/// a step costs a handful of operations for all rows. A sample is written into a row when it enters and read
/// out when it leaves; nothing else is done per sample. A row's arithmetic does not depend on the other rows.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/inspect/threat_model.h"
#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::inspect {

/// 128 bits of an iterate: two sums of its 32-bit patterns times fixed random 64-bit numbers, modulo 2^64.
/// Two different iterates agree with probability at most 2^-66 (multilinear hashing; Carter and Wegman 1979).
using IterateHash = std::array<std::int64_t, 2>;

class Tile {
 public:
  /// sample_shape: of one input. step: length of a step in the norm, > 0. rows: > 0.
  Tile(const ThreatModel& threat, double step, std::vector<std::int64_t> sample_shape, std::int64_t rows,
       tensor::Device device);

  std::int64_t rows() const { return x_.size(0); }
  /// [rows, ...sample_shape]: the iterates.
  const tensor::Tensor& x() const { return x_; }

  /// Puts a sample into a row. original, start: [d]. Linf: start is brought inside the inner bounds and, when
  /// `on_grid`, to the nearest point of the grid. L2: start must obey the threat model.
  void Enter(std::int64_t row, std::span<const float> original, std::span<const float> start, bool on_grid);

  /// One ascent step along `gradient` (shape of x) for every row, back into the ball and the box, in place.
  void Step(const tensor::Tensor& gradient);

  /// One hash a row, of the iterates as they are now.
  std::vector<IterateHash> Hashes() const;

  /// A copy of one iterate, [d].
  std::vector<float> Row(std::int64_t row) const;

  /// Keeps the given rows, in the given order; the tile then has that many.
  void Keep(const std::vector<std::int64_t>& rows);

 private:
  void StepLinf(const tensor::Tensor& gradient);
  void StepL2(const tensor::Tensor& gradient);
  void Write(tensor::Tensor& into, std::int64_t row, std::span<const float> values);

  ThreatModel threat_;
  double step_;
  double grid_;
  std::vector<std::int64_t> sample_shape_;
  std::int64_t features_;
  tensor::Tensor x_;
  tensor::Tensor low_;                          ///< Linf: smallest allowed values. L2: the originals.
  tensor::Tensor high_;                         ///< Linf: largest allowed values. L2: unused.
  std::array<tensor::Tensor, 2> hash_weights_;  ///< [d] int64 each.
};

}  // namespace cupel::algorithm::inspect
