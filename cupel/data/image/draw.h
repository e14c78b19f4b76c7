// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pictures for people: differences, heat maps and rows of pictures in a report. Never an input of a model.
///
/// Colours: ColorBrewer's RdBu (blue negative, white zero, red positive) and matplotlib's viridis (dark low,
/// yellow high). Both can be told apart with colour-blind eyes and keep their order in grey print.

#include <array>

#include "cupel/data/image/image.h"

namespace cupel::data::image {

/// red, green, blue in [0, 1].
using Colour = std::array<float, 3>;

/// value: clamped to [-1, 1]; 0 is white (0.97).
Colour DivergingColour(float value);

/// value: clamped to [0, 1].
Colour SequentialColour(float value);

/// [3, h, w]: the mean over channels of (after - before) / full_scale, in diverging colours.
/// full_scale: the difference that is shown in full colour, > 0.
/// Errors: kInvalidArgument when the sizes differ or full_scale is not > 0.
Result<Image> SignedDifference(const Image& before, const Image& after, float full_scale);

/// How a map of values is coloured.
enum class Palette { kDiverging, kSequential };

/// [3, h, w]: `map` in colours over the greyed picture, opacity * colour + (1 - opacity) * grey.
/// map: [h, w], divided by full_scale before it is coloured. opacity: in [0, 1]; 1 shows the map alone.
/// Errors: kInvalidArgument for another size of the map, a value that is not finite, full_scale <= 0, or
/// opacity.
Result<Image> HeatMap(const Image& image, std::span<const float> map, float full_scale, Palette palette,
                      float opacity = 0.7f);

/// The pictures side by side, top-aligned, `gap` pixels of `background` between them. Grey pictures become
/// colour when one has colour. Errors: kInvalidArgument for no picture, a negative gap, or a result of more
/// than kMaxPixels.
Result<Image> ComposeRow(std::span<const Image> images, std::int64_t gap = 4, float background = 1.0f);

}  // namespace cupel::data::image
