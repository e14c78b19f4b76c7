// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Binary masks as COCO stores them: lengths of runs of 0 and 1 in turn, down the columns.
///
///     {"size": [h, w], "counts": [n0, n1, ...]}      uncompressed; n0 may be 0
///     {"size": [h, w], "counts": "..."}              compressed: each length less the one two before (from
///                                                    the fourth on), in groups of 5 bits, lowest first, each
///                                                    a character 48 + group, + 32 when another follows
///
/// Source: cocoapi `common/maskApi.c` (rleToString, rleFrString, rleIou, rleArea, rleToBbox). Runs of length
/// 0 inside are accepted, as there.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/json.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

/// Largest h x w.
inline constexpr std::int64_t kMaxMaskPixels = std::int64_t{1} << 28;

struct Mask {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint32_t> runs;  ///< Zeros first; they sum up to h w.

  bool operator==(const Mask&) const = default;
};

/// Errors, here and below: kCorrupt when the runs do not fill h x w exactly or a character is outside 48 ..
/// 111; kResourceLimit beyond kMaxMaskPixels.
Result<Mask> MaskFromRuns(std::int64_t height, std::int64_t width, std::span<const std::uint32_t> runs);
Result<Mask> MaskFromText(std::int64_t height, std::int64_t width, std::string_view counts);

/// Either form of a COCO object. Errors: also kCorrupt for other members or types.
Result<Mask> MaskFromJson(const Json& object);

/// pixels: [h, w], row-major, 0 or not. Precondition: h w of them, at most kMaxMaskPixels.
Mask EncodeMask(std::int64_t height, std::int64_t width, std::span<const std::uint8_t> pixels);

/// [h, w], row-major, 0 or 1.
std::vector<std::uint8_t> DecodeMask(const Mask& mask);

/// The compressed form, the same bytes as pycocotools.
std::string MaskText(const Mask& mask);

std::int64_t MaskArea(const Mask& mask);

/// The smallest box around the ones; all 0 for an empty mask.
Box MaskBox(const Mask& mask);

/// Intersection over union; over the first mask's area when the second is a crowd. 0 without intersection.
/// O(runs). Precondition: equal sizes.
double MaskIou(const Mask& mask, const Mask& other, bool other_is_crowd = false);

}  // namespace cupel::data::annotation
