// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pictures made worse on purpose, in the spirit of ImageNet-C (Hendrycks and Dietterich 2019), at five
/// strengths.
///
/// A picture is in [0, 1]; so is the result (clamped). The strengths' constants, strength 1 to 5:
///
///     kind        meaning of the constant                    shorter side < 96 px (CIFAR-10-C)   96 px and
///     more (ImageNet-C) noise       standard deviation of Gaussian noise       0.04 0.06 0.08 0.09 0.10 0.08
///     0.12 0.18 0.26 0.38 blur        Gaussian sigma, pixels of 32 (of 224)      0.4  0.6  0.7  0.8  1.0 1 2
///     3 4 6 brightness  added to the HSV value                     0.05 0.1  0.15 0.2  0.3             0.1
///     0.2 0.3 0.4 0.5 contrast    factor about each channel's mean           0.75 0.5  0.4  0.3  0.15 0.4
///     0.3 0.2 0.1 0.05 jpeg        quality                                    80   65   58   50   40 25 18
///     15 10 7 rotation    degrees, direction drawn per sample        6    12   18   24   30              the
///     same
///
/// Sigma is scaled by (shorter side / 32) or (shorter side / 224). Rotation is not in ImageNet-C; beyond the
/// edge it shows the nearest pixel.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/image.h"

namespace cupel::algorithm::evaluate {

enum class CorruptionKind { kNoise, kBlur, kBrightness, kContrast, kJpeg, kRotation };

inline constexpr int kStrengths = 5;

/// "noise", "blur", "brightness", "contrast", "jpeg", "rotation": the order of the enumeration.
const std::vector<std::string>& CorruptionNames();

/// Precondition: a name of CorruptionNames.
CorruptionKind CorruptionOf(std::string_view name);

/// The constant of the table, with sigma scaled. strength: 1 .. 5.
double CorruptionConstant(CorruptionKind kind, int strength, const data::image::Image& image);

/// stream: the sample's own; only noise and rotation draw from it.
/// Errors: those of the image functions (kInvalidArgument, kInternal).
Result<data::image::Image> Corrupted(const data::image::Image& image, CorruptionKind kind, int strength,
                                     ReproducibleStream& stream);

}  // namespace cupel::algorithm::evaluate
