// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An edge detector dressed as an attribution: the baseline that every map has to beat, because it looks at
/// the picture and not at the model.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::explain {

/// Magnitude of the Sobel gradient of each channel, the border value going on outside. x and result:
/// [c, h, w]. Precondition: sample_shape has three dimensions and fits.
std::vector<double> EdgeMap(std::span<const float> x, const std::vector<std::int64_t>& sample_shape);

}  // namespace cupel::algorithm::explain
