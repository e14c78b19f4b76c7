// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A printed sticker, where it may be put, and what it costs to print.
///
/// A sticker is in units of light, 0 black to 1 white, whatever the data set's box. It is printed, so its
/// colours stay in the range of a printer on white paper (`PrintRange`), and an attack is charged for colours
/// that a printer has to mix (`NonPrintability`) and for neighbours that differ (`TotalVariation`), because
/// printers and cameras lose those.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::algorithm::physical {

enum class Outline { kSquare, kDisc };
/// "square", "disc". Errors: kInvalidArgument.
Result<Outline> ParseOutline(std::string_view text);

struct Sticker {
  std::int64_t channels = 1;  ///< 1 or 3
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<float> light;    ///< [c, h, w] in [0, 1]
  std::vector<float> outline;  ///< [h, w]: 1 where there is paper, 0 where there is none.

  std::int64_t PlaneSize() const { return height * width; }
};

/// A sticker of one light everywhere. A disc touches the middles of the four sides.
Sticker PlainSticker(std::int64_t channels, std::int64_t height, std::int64_t width, Outline outline,
                     float light);

/// Darkest and lightest value of each channel that ink on white paper gives: black ink is sRGB 35, 31, 32
/// (SWOP), grey is their luma; white is the paper.
struct Range {
  float low = 0;
  float high = 1;
};
Range PrintRange(std::int64_t channel, std::int64_t channels);

/// Values that are 8-bit colours: what a PNG of the sticker holds.
void RoundToBytes(Sticker& sticker);

/// Mean over the paper of the distance to the nearest printable colour; adds its gradient times `weight`.
/// gradient: [c, h, w]. Printable: cyan, magenta and yellow each at 0, 1/2 and 1 (27 colours, mixed by the
/// Neugebauer equations from SWOP primaries), or nine greys. Source: Sharif et al., CCS 2016, equation 3,
/// with the nearest colour in place of the product over colours, whose gradient vanishes near any of them
/// (Thys et al., CVPR workshops 2019).
double NonPrintability(const Sticker& sticker, double weight, std::span<float> gradient);

/// Mean over the paper of sqrt((right - here)^2 + (below - here)^2 + 1e-6) - 1e-3, summed over channels; adds
/// its gradient times `weight`. Source: Sharif et al., CCS 2016, section 4.1.
double TotalVariation(const Sticker& sticker, double weight, std::span<float> gradient);

/// The 27 printable colours, or nine greys.
std::vector<std::array<float, 3>> PrintableColours(std::int64_t channels);

}  // namespace cupel::algorithm::physical
