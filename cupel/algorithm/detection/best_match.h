// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matching as the Pascal VOC devkit does it (VOCevaldet.m), for any kind of overlap.
///
/// Within a class and an image, by falling score (ties: order of the file), each detection looks only at the
/// object with the largest overlap (ties: the first of the file). If that overlap suffices: the detection is
/// ignored when the object is difficult, right when nobody took it before, else wrong, even where another
/// object would do.

#include <functional>

#include "cupel/algorithm/detection/detections.h"
#include "cupel/algorithm/detection/ranking.h"

namespace cupel::algorithm::detection {

struct BestRules {
  double threshold = 0.5;
  bool reached_suffices = true;  ///< >= (VOCevaldet.m); else > (its Python ports, the DOTA devkit).
};

/// The overlap of a detection with an object, given by their indices.
using OverlapOf = std::function<double(std::size_t found, std::size_t object)>;

/// One ranking a class, of one threshold. Crowds count as difficult.
std::vector<Ranking> MatchBest(const Annotations& truth, std::span<const Object> found,
                               const BestRules& rules, const OverlapOf& overlap_of);

enum class VocMetric { kArea, kElevenPoints };

/// Average precision of one class: the area under the falling hull of precision over recall (VOC 2010 on), or
/// its mean at recalls 0, 0.1, ... 1 (VOC 2007). NaN when no object counts.
double VocAveragePrecision(const Ranking& ranking, VocMetric metric, std::span<const double> weights);

}  // namespace cupel::algorithm::detection
