// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Schemes of boxes other than COCO's: VOC average precision (D04), log-average miss rate (D07), mean
/// generalised, distance and complete IoU of what was found (D09).

#include "cupel/algorithm/detection/detections.h"

namespace cupel::algorithm::detection {

Result<scheme::Evaluation> VocAp(const Detections& detections, const check::Parameters& parameters,
                                 const scheme::Options& options);
Result<scheme::Evaluation> MissRate(const Detections& detections, const check::Parameters& parameters,
                                    const scheme::Options& options);
Result<scheme::Evaluation> BoxQuality(const Detections& detections, const check::Parameters& parameters,
                                      const scheme::Options& options);

std::vector<scheme::Scheme> BoxSchemes();

}  // namespace cupel::algorithm::detection
