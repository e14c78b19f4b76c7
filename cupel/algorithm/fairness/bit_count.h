// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Population counts of bitsets, on the processor's own instruction where it has one.

#include <cstdint>
#include <span>

namespace cupel::algorithm::fairness {

std::int64_t CountBits(std::span<const std::uint64_t> bits);

/// Bits that both have. Precondition: b has at least a.size() words.
std::int64_t CountCommonBits(std::span<const std::uint64_t> a, const std::uint64_t* b);

}  // namespace cupel::algorithm::fairness
