// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which of its draws a random operator makes: for models that are random by design.
///
/// Outside a RandomDraw a random operator gives the same values at every run (draw 0), so that a model is a
/// function. Inside one, on the same thread, it makes the draw that is asked for. With a key for every row of
/// the input, an operator whose result has that many rows draws each row by its key: then a row's draws
/// depend neither on its position nor on the other rows. A result with another number of rows is drawn once
/// for all.
///
///     const tensor::RandomDraw draw(7, keys);   // keys: [n], or empty
///     executor.Forward(x);                      // x: [n, ...]
///
/// Scopes nest; the innermost counts. Training is not concerned: it draws from libtorch's generator.

#include <cstdint>
#include <span>

namespace cupel::algorithm::tensor {

class RandomDraw {
 public:
  /// keys: one a row, or empty; must outlive it.
  explicit RandomDraw(std::uint32_t draw, std::span<const std::uint64_t> keys = {});
  ~RandomDraw();
  RandomDraw(const RandomDraw&) = delete;
  RandomDraw& operator=(const RandomDraw&) = delete;

  std::uint32_t draw() const { return draw_; }
  std::span<const std::uint64_t> keys() const { return keys_; }

  /// The innermost of this thread, or null.
  static const RandomDraw* Current();

 private:
  std::uint32_t draw_;
  std::span<const std::uint64_t> keys_;
  const RandomDraw* outer_;
};

}  // namespace cupel::algorithm::tensor
