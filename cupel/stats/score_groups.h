// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Samples of two classes by falling score, equal scores together: what every ranking figure is made of.
///
/// A radix sort of the scores' bits, so the cost is linear and ties are exact: two scores tie when they are
/// equal as doubles (0 and -0 are). Without weights the two classes are sorted apart and merged, and the sums
/// are exact counts.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::stats {

/// One distinct score and the weight of each class at it; without weights, the number of samples.
struct ScoreGroup {
  double score = 0;
  double positive = 0;
  double negative = 0;
};

/// scores: [n], none NaN. is_positive: [n]. weights: [n], >= 0, or empty for one each; a sample of weight 0
/// is left out. Falling scores, none twice. Preconditions: sizes agree (checked), n < 2^32.
std::vector<ScoreGroup> GroupScores(std::span<const double> scores, std::span<const std::uint8_t> is_positive,
                                    std::span<const double> weights);

/// Indices by falling score; equal ones keep their order. Preconditions: none NaN, n < 2^32.
std::vector<std::uint32_t> FallingOrder(std::span<const double> scores);

/// A double as an integer whose rising order is the score's falling one; and back.
std::uint64_t FallingKey(double score);
double ScoreOfKey(std::uint64_t key);

/// Sorts keys, rising: one distribution by the leading bits of their range into buckets that fit the cache,
/// each sorted there; a bucket that is still large goes by 11 bits a pass from the lowest. `scratch` is
/// resized and overwritten.
void RadixSort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& scratch);

}  // namespace cupel::stats
