// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Objects in label maps: each label but the background is one object.
///
///     AJI      sum of intersections / (sum of unions + unpaired objects of either side); each true object
///     takes
///              the answered one of largest IoU, which several may take (Kumar 2017)
///     AJI+     the same with an assignment one to one of largest summed IoU (Graham 2019)
///     object Dice  half the sum, over the objects of either side, of their share of that side's area times
///     the
///              Dice with the object of the other side that shares most pixels with it (GlaS,
///              Sirinukunwattana 2017)
///
/// Ties: the smaller label. Sources: hover_net `metrics/stats_utils.py` (whose IoU has 1e-6 in the
/// denominator, for pairing only); FullNet-varCE `utils.py`, `gland_accuracy_object_level`.

#include <cstdint>
#include <optional>
#include <vector>

#include "cupel/algorithm/segmentation/label_map.h"

namespace cupel::algorithm::segmentation {

/// Areas of the labels of both sides and of what they share.
struct Contingency {
  struct Shared {
    std::size_t truth = 0;  ///< Place in truth_labels.
    std::size_t answer = 0;
    std::int64_t pixels = 0;
  };
  std::vector<std::int32_t> truth_labels, answer_labels;  ///< Rising; the background among them.
  std::vector<std::int64_t> truth_pixels, answer_pixels;
  std::vector<Shared> shared;  ///< Rising by (truth, answer).
};

Contingency CountShared(const LabelPair& pair);

/// Sums from which AJI is computed, over one picture or many.
struct AjiSums {
  double intersection = 0;
  double together = 0;  ///< Unions and unpaired objects.
};

enum class AjiPairing { kLargest, kOneToOne };

AjiSums SumAji(const Contingency& counts, std::int32_t background, AjiPairing pairing);

/// No value when both sides are empty; 0 when one is.
std::optional<double> ObjectDice(const Contingency& counts, std::int32_t background);

}  // namespace cupel::algorithm::segmentation
