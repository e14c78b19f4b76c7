// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Face detection as WIDER FACE evaluates it (catalogue D10).
///
/// The three published figures (easy, medium, hard) are one scheme on three truth files: in each, the faces
/// that the subset's list leaves out have `ignore`: 1.

#include "cupel/algorithm/detection/detections.h"
#include "cupel/algorithm/detection/ranking.h"

namespace cupel::algorithm::detection {

/// Area under the falling hull of precision over recall at the 1000 thresholds 0.999, 0.998, ... 0 of the
/// scores, which were stretched to [0, 1]. NaN when no face counts. A threshold above which nothing counts
/// has precision 0 (0 / 0 in the reference, whose figure then is NaN).
double WiderFaceAveragePrecision(const Ranking& ranking, std::span<const double> weights);

Result<scheme::Evaluation> WiderFace(const Detections& detections, const check::Parameters& parameters,
                                     const scheme::Options& options);

std::vector<scheme::Scheme> FaceSchemes();

}  // namespace cupel::algorithm::detection
