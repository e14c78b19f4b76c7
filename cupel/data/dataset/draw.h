// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Draws samples so that nothing but (seed, name, original index) decides: not their order, not the subset
/// around them.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

/// At most `count` of `candidates` (indices into `data`), without replacement, in random order. Each gets a
/// number from its own stream; the smallest are taken. Cost: O(n log n).
std::vector<std::int64_t> DrawSamples(const Dataset& data, std::span<const std::int64_t> candidates,
                                      std::int64_t count, std::uint64_t seed, std::string_view name);

/// Indices of the samples whose label is `label`, or of all others; rising.
std::vector<std::int64_t> SamplesOf(const Dataset& data, std::int32_t label);
std::vector<std::int64_t> SamplesNotOf(const Dataset& data, std::int32_t label);

}  // namespace cupel::data::dataset
