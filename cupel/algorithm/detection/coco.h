// SPDX-License-Identifier: Apache-2.0
#pragma once

/// COCO's twelve statistics as schemes: average precision over overlaps, at one overlap, by size of object,
/// and average recall by number of detections (catalogue D01 to D03).
///
/// mode=compatible gives pycocotools' numbers with its three faults: `ignore` of an annotation has no effect,
/// detections of an object whose id is 0 count as wrong, and the average over overlaps exists for 100
/// detections only (it prints -1; here the figure is left out).

#include <array>

#include "cupel/algorithm/detection/detections.h"

namespace cupel::algorithm::detection {

/// What COCOeval.summarize prints, in its order: AP, AP50, AP75, AP small, medium, large, AR 1, 10, 100, AR
/// small, medium, large. Absent: no object that counts (-1 there).
std::array<std::optional<double>, 12> CocoStatistics(const Detections& detections, bool compatible);

Result<scheme::Evaluation> CocoAp(const Detections& detections, const check::Parameters& parameters,
                                  const scheme::Options& options);
Result<scheme::Evaluation> CocoApBySize(const Detections& detections, const check::Parameters& parameters,
                                        const scheme::Options& options);
Result<scheme::Evaluation> CocoAr(const Detections& detections, const check::Parameters& parameters,
                                  const scheme::Options& options);

std::vector<scheme::Scheme> CocoSchemes();

}  // namespace cupel::algorithm::detection
