// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random numbers for evaluation: Philox4x32-10 streams keyed by name, so that every draw depends only on
/// (seed, name, sample, step) and never on threads, batch size, shards, restarts or the order of work.
///
/// Not for keys, nonces or privacy noise: those take `crypto::SecureRandom`, a different type.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; known-answer vectors of
/// Random123.
///
///     ReproducibleStream stream(seed, "inspect.pgd", sample_index, restart);
///     float offset = stream.Uniform(-epsilon, epsilon);

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cupel {

/// One Philox4x32 block of ten rounds. Pure; exposed for the known-answer test and for counter-mode filling.
std::array<std::uint32_t, 4> Philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

class ReproducibleStream {
 public:
  /// name: what the numbers are for, for example a check id. sample, step: which item and which stage of it.
  ReproducibleStream(std::uint64_t seed, std::string_view name, std::uint64_t sample = 0,
                     std::uint32_t step = 0);

  std::uint32_t Next32();
  std::uint64_t Next64();

  /// Uniform in [0, 1), a multiple of 2^-24.
  float Uniform();
  /// Uniform in [0, 1), a multiple of 2^-53.
  double UniformDouble();
  /// Uniform in [low, high).
  float Uniform(float low, float high) { return low + (high - low) * Uniform(); }
  /// Uniform over 0 .. bound-1, without bias. Precondition: bound > 0.
  std::uint64_t Below(std::uint64_t bound);
  /// Standard normal (Box-Muller on two 53-bit uniforms; no platform-dependent distribution).
  double Normal();

  /// Fisher-Yates.
  template <typename T>
  void Shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[Below(i)]);
  }
  /// 0 .. n-1 in random order.
  std::vector<std::int64_t> Permutation(std::int64_t n);

 private:
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

}  // namespace cupel
