// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the two checks on training data have in common: a share of a class's training samples that its
/// held-out samples do not have, and whether that is enough to say so. Private to this module.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::backdoor {

/// One class.
struct ClassFinding {
  bool examined = false;  ///< False: too few samples on one side.
  bool flagged = false;
  double strength = 0;        ///< Silhouette, or share of variance along the first direction.
  std::int64_t training = 0;  ///< Training samples looked at.
  std::int64_t held_out = 0;
  std::int64_t suspects_held_out = 0;  ///< Held-out samples among the suspects.
  std::vector<std::int64_t> suspects;  ///< Original indices of training samples, rising.
  std::vector<double> scores;          ///< [suspects]
};

/// Fewest samples of a class on either side that say anything.
inline constexpr std::int64_t kFewestSamples = 20;

/// What the samples at these indices are called, in the same order.
std::vector<std::int64_t> OriginalIndices(const data::dataset::Dataset& data,
                                          std::span<const std::int64_t> indices);

/// At level 0.99, the held-out share lies below `ratio` times the training share: upper Wilson limit against
/// lower one.
bool ShareIsExcess(std::int64_t training_hits, std::int64_t training, std::int64_t held_out_hits,
                   std::int64_t held_out, double ratio);

/// Metrics flagged_classes, flagged_share and one share a class, bars, up to `kPicturedRows` flagged samples
/// as pictures, one witness a flagged sample, and notes on classes that were not examined.
Result<check::CheckResult> FindingsResult(const std::vector<ClassFinding>& classes,
                                          std::string_view strength_name, const check::Text& strength_title,
                                          const check::Context& context);

/// The metrics' descriptions that belong to it.
std::vector<check::MetricSpec> FindingsMetrics(std::string_view strength_name, check::Text strength_title);

}  // namespace cupel::algorithm::backdoor
