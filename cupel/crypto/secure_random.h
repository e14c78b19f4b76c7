// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random numbers that nobody can predict: for keys, salts, nonces and privacy noise.
///
/// The other random source, `ReproducibleStream`, is another type on purpose: a function that takes a
/// SecureRandom cannot be given a seed. Source of the numbers: the operating system, through libsodium. Safe
/// from any thread. Does not promise: to be repeatable.

#include <cstdint>
#include <span>

namespace cupel::crypto {

class SecureRandom {
 public:
  void Fill(std::span<std::uint8_t> bytes);
  std::uint64_t Next64();
  /// Uniform over 0 .. bound-1, without bias. Precondition: bound > 0.
  std::uint64_t Below(std::uint64_t bound);
  /// Uniform in [0, 1), a multiple of 2^-53.
  double UniformDouble();
};

}  // namespace cupel::crypto
