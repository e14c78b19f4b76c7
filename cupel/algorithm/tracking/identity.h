// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Identity measures: how long the answer keeps one name for one object, over the whole video.
///
/// Each track of the truth gets at most one track of the answer, so that the number of boxes that overlap
/// with IoU >= threshold (without grace) within these pairs, IDTP, is largest.
///
///     IDP = IDTP / answers     IDR = IDTP / truth     IDF1 = 2 IDTP / (answers + truth)
///
/// Source: Ristani et al. 2016; TrackEval, `metrics/identity.py` (which minimises IDFN + IDFP: the same
/// optimum). Tracks that share no overlap are solved apart, so the cost grows with the largest group that
/// hangs together.

#include <cstdint>
#include <vector>

#include "cupel/algorithm/tracking/sequence.h"

namespace cupel::algorithm::tracking {

struct IdentityCounts {
  double tp = 0, fn = 0, fp = 0;

  void Add(const IdentityCounts& other, double weight);
};

struct IdentityFigures {
  double f1 = 0, precision = 0, recall = 0;
};

/// Largest truth x answer tracks that hang together: 512 MB of counts.
inline constexpr std::int64_t kMaxIdentityPairs = std::int64_t{1} << 26;

/// [blocks]. threshold: in (0, 1]. Errors: kResourceLimit beyond kMaxIdentityPairs.
Result<std::vector<IdentityCounts>> CountIdentity(const Sequence& sequence, double threshold,
                                                  std::int64_t blocks);

/// Denominators of 0 count as 1, as in TrackEval.
IdentityFigures ComputeIdentity(const IdentityCounts& counts);

}  // namespace cupel::algorithm::tracking
