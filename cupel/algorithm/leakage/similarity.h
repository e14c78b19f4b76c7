// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How alike two pictures are.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::leakage {

/// Structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 2004, equation 13), mean over channels
/// and over the positions at which the window lies inside: a Gaussian of 11 x 11 with sigma 1.5, smaller when
/// the picture is; K1 = 0.01, K2 = 0.03. In [-1, 1], 1 for equal pictures.
/// a, b: [c, h, w]; range: full scale of a pixel, > 0.
double Ssim(std::span<const float> a, std::span<const float> b, const std::vector<std::int64_t>& shape,
            double range);

/// Pearson's correlation over all values; 0 when either is constant.
double Correlation(std::span<const float> a, std::span<const float> b);

/// Root of the mean squared difference.
double RmsDistance(std::span<const float> a, std::span<const float> b);

}  // namespace cupel::algorithm::leakage
