// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Higher order tracking accuracy: detection and association in one figure, at 19 localisation thresholds.
///
///     alpha in {0.05, 0.10, ..., 0.95}
///     DetA = TP / (TP + FN + FP)
///     AssA = mean over TP c of A(c), A(c) = TPA / (TPA + FNA + FPA)
///     HOTA = sqrt(DetA AssA); the figure is the mean over alpha
///
/// Matching: one assignment a frame for all alphas; it maximises the sum of overlap times the global
/// alignment of the two tracks (the sum over frames of overlap / (row sum + column sum - overlap), as a
/// Jaccard index over the tracks' lengths); pairs below alpha are dropped after it. A pair at alpha - 2^-52
/// still counts.
///
/// Source: Luiten et al. 2021 (IJCV 129), section 5; TrackEval, `metrics/hota.py`.

#include <array>
#include <cstdint>
#include <vector>

#include "cupel/algorithm/tracking/sequence.h"

namespace cupel::algorithm::tracking {

inline constexpr std::size_t kAlphas = 19;
using ByAlpha = std::array<double, kAlphas>;

/// 0.05 + 0.05 a, in this arithmetic.
constexpr double Alpha(std::size_t a) { return 0.05 + static_cast<double>(a) * 0.05; }

/// Sums over a unit. ass_*: over true positives, of A(c) and its recall and precision.
struct HotaCounts {
  ByAlpha tp{}, fn{}, fp{};
  ByAlpha ass_a{}, ass_re{}, ass_pr{};
  ByAlpha loc{};  ///< Of the overlaps.

  void Add(const HotaCounts& other, double weight);
};

struct HotaFigures {
  ByAlpha hota{}, det_a{}, ass_a{}, det_re{}, det_pr{}, ass_re{}, ass_pr{}, loc_a{};
};

/// [blocks]; cost: one assignment a frame. Precondition: blocks > 0.
std::vector<HotaCounts> CountHota(const Sequence& sequence, std::int64_t blocks);

/// 0 / 0 is 0, and LocA without a match is 1, as in TrackEval.
HotaFigures ComputeHota(const HotaCounts& counts);

double MeanOverAlphas(const ByAlpha& values);

}  // namespace cupel::algorithm::tracking
