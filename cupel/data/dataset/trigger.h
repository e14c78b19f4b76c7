// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A backdoor's trigger: what is put onto a picture so that a poisoned model answers the attacker's class.
///
///     x' = (1 - mask) x + mask pattern            mask [h, w] in [0, 1], pattern [c, h, w] in the box
///
/// One type for what is planted (`cupel fit --poison`), what is tested (inspect.trigger, inspect.strip) and
/// what is recovered (inspect.neural-cleanse). Two ways to describe one:
///   - patch: a square of one brightness, the trigger of BadNets (Gu et al. 2017, section 4);
///   - blend: a pattern over the whole picture, mixed in with weight alpha (Chen et al. 2017, section 4.1):
///   noise drawn
///     from a seed, or a picture of the samples' size.
/// Promises: the same description gives the same values everywhere; results lie in the box. Not promised:
/// triggers that move with the input (warping, input-aware ones) cannot be written this way.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/json.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

enum class TriggerKind { kPatch, kBlend };

struct TriggerSpec {
  TriggerKind kind = TriggerKind::kPatch;
  /// Patch: its upper left corner. Negative counts from the far edge: -1 lets it touch the edge, -2 leaves
  /// one pixel.
  std::int64_t row = -2;
  std::int64_t column = -2;
  std::int64_t size = 3;   ///< Patch: pixels a side, >= 1.
  double value = 1;        ///< Patch: 0 is the darkest value of the box, 1 the brightest.
  double alpha = 1;        ///< Weight of the trigger, in (0, 1].
  std::uint64_t seed = 0;  ///< Blend: of the noise.
  std::filesystem::path
      picture;  ///< Blend: a PNG or JPEG of the samples' size instead of noise; may be empty.
  std::optional<Digest> sha256;  ///< Of the picture; needed with one, so that a plan fixes its trigger.

  /// {"kind", "alpha", then what the kind uses}; the picture by its digest and file name.
  Json ToJson() const;
};

/// "patch", "blend". Errors: kInvalidArgument.
Result<TriggerKind> ParseTriggerKind(std::string_view text);
std::string_view TriggerKindName(TriggerKind kind);

class Trigger {
 public:
  /// Errors: kInvalidArgument when the samples are no pictures [c, h, w], the patch does not fit inside, a
  /// number is out of range, or the picture has another size; kVerificationFailed for a picture with another
  /// digest; those of reading and decoding it.
  static Result<Trigger> Create(const TriggerSpec& spec, const DatasetInfo& info);

  /// mask: [h, w]; pattern: [c, h, w]. Errors: kInvalidArgument when sizes do not fit or a value is outside.
  static Result<Trigger> FromMask(const DatasetInfo& info, std::vector<float> mask,
                                  std::vector<float> pattern);

  /// Puts the trigger onto a sample, [c, h, w], in place. Precondition: as many values as a sample has.
  void Apply(std::span<float> sample) const;

  const std::vector<float>& mask() const { return mask_; }
  const std::vector<float>& pattern() const { return pattern_; }
  /// Sum of the mask: the area of an opaque trigger in pixels.
  double MaskL1() const;

 private:
  std::vector<float> mask_;     ///< [h, w]
  std::vector<float> pattern_;  ///< [c, h, w]
  float box_low_ = 0;
  float box_high_ = 1;
};

}  // namespace cupel::data::dataset
