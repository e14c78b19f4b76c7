// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/bit_count.h"

#include <bit>

// One build for every x86-64 processor, and the instruction where there is one. Not under sanitizers, whose
// runtime is not there yet when the clone is chosen.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define CUPEL_POPCOUNT __attribute__((target_clones("arch=x86-64-v3", "popcnt", "default")))
#else
#define CUPEL_POPCOUNT
#endif

namespace cupel::algorithm::fairness {
namespace {

CUPEL_POPCOUNT std::int64_t CountWords(const std::uint64_t* bits, std::size_t words) {
  std::int64_t count = 0;
  for (std::size_t w = 0; w < words; ++w) count += std::popcount(bits[w]);
  return count;
}

CUPEL_POPCOUNT std::int64_t CountCommonWords(const std::uint64_t* a, const std::uint64_t* b,
                                             std::size_t words) {
  std::int64_t count = 0;
  for (std::size_t w = 0; w < words; ++w) count += std::popcount(a[w] & b[w]);
  return count;
}

}  // namespace

std::int64_t CountBits(std::span<const std::uint64_t> bits) { return CountWords(bits.data(), bits.size()); }

std::int64_t CountCommonBits(std::span<const std::uint64_t> a, const std::uint64_t* b) {
  return CountCommonWords(a.data(), b, a.size());
}

}  // namespace cupel::algorithm::fairness
