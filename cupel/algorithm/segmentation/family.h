// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Segmentation and landmarks: rows E01 to E08 of the catalogue, without the average precisions of masks and
/// keypoints, which want the matching of algorithm/detection.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::segmentation {

const scheme::Family& Family();

}  // namespace cupel::algorithm::segmentation
