// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rounding errors that a certificate covers, as numbers.
///
/// The model computes in float32, the certificate in double; both round to nearest. Source: Higham, "Accuracy
/// and Stability of Numerical Algorithms", 2nd edition 2002, sections 2.2 and 3.1: one operation has a
/// relative error of at most u, a sum of products of n terms, in any order and with or without fused
/// multiply-add, at most gamma_n = n u / (1 - n u) of the sum of absolute values.

#include <cmath>
#include <cstdint>
#include <limits>

namespace cupel::algorithm::certify {

inline constexpr double kFloatUnit = 0x1p-24;   ///< u of float32.
inline constexpr double kDoubleUnit = 0x1p-53;  ///< u of double.

/// Smallest normal float32: what a result may lose when it is too small, whether or not it is flushed to 0.
inline constexpr double kFloatTiny = 0x1p-126;

/// float32 sigmoid and tanh are taken to lie this near to the functions: 16 times the rounding of 1.
/// rounding_test measures it.
inline constexpr double kFloatFunctionError = 0x1p-20;

/// A sample whose bounds (or sums of absolute values) pass this is not certified: float32 might overflow.
inline constexpr double kLargestValue = 1e37;

/// Precondition: n * unit < 1/2.
inline double Gamma(std::int64_t n, double unit) {
  const double share = static_cast<double>(n) * unit;
  return share / (1 - share);
}

/// The next double below (above).
inline double Down(double value) { return std::nextafter(value, -std::numeric_limits<double>::infinity()); }
inline double Up(double value) { return std::nextafter(value, std::numeric_limits<double>::infinity()); }

}  // namespace cupel::algorithm::certify
