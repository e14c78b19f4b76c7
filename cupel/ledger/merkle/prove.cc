// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/prove.h"

#include <algorithm>
#include <bit>

#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::merkle {
namespace {

/// Where the RFC splits a range of `count` > 1 leaves: the largest power of two below it.
std::uint64_t SplitOf(std::uint64_t count) { return std::bit_floor(count - 1); }

/// The RFC's MTH(D[begin:end]). Precondition: begin is a multiple of the smallest power of two >= end -
/// begin, or the range comes from splitting such a one.
Result<Digest> RangeRoot(const SubtreeSource& source, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t count = end - begin;
  if (count == 0) return EmptyRoot();
  if (std::has_single_bit(count))
    return source.Subtree(static_cast<unsigned>(std::countr_zero(count)), begin / count);
  const std::uint64_t middle = begin + SplitOf(count);
  CUPEL_TRY(const Digest left, RangeRoot(source, begin, middle));
  CUPEL_TRY(const Digest right, RangeRoot(source, middle, end));
  return NodeHash(left, right);
}

}  // namespace

Result<Digest> MakeRoot(const SubtreeSource& source, std::uint64_t size) {
  return RangeRoot(source, 0, size);
}

Result<InclusionProof> MakeInclusionProof(const SubtreeSource& source, std::uint64_t index,
                                          std::uint64_t size) {
  CUPEL_CHECK(index < size);
  InclusionProof proof{index, size, {}};
  // RFC 6962 section 2.1.1, from the root down: keep the half that holds the leaf, note the other.
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + SplitOf(end - begin);
    const bool in_left = index < middle;
    CUPEL_TRY(const Digest other,
              in_left ? RangeRoot(source, middle, end) : RangeRoot(source, begin, middle));
    proof.path.push_back(other);
    (in_left ? end : begin) = middle;
  }
  std::reverse(proof.path.begin(), proof.path.end());
  return proof;
}

Result<ConsistencyProof> MakeConsistencyProof(const SubtreeSource& source, std::uint64_t old_size,
                                              std::uint64_t new_size) {
  CUPEL_CHECK(old_size <= new_size);
  ConsistencyProof proof{old_size, new_size, {}};
  if (old_size == 0) return proof;
  // RFC 6962 section 2.1.2, from the root down, until the range ends where the old tree ended.
  std::uint64_t begin = 0;
  std::uint64_t end = new_size;
  while (end != old_size) {
    const std::uint64_t middle = begin + SplitOf(end - begin);
    const bool in_left = old_size <= middle;
    CUPEL_TRY(const Digest other,
              in_left ? RangeRoot(source, middle, end) : RangeRoot(source, begin, middle));
    proof.path.push_back(other);
    (in_left ? end : begin) = middle;
  }
  // A range that starts at 0 is the old tree itself, whose root the verifier has.
  if (begin != 0) {
    CUPEL_TRY(const Digest last, RangeRoot(source, begin, end));
    proof.path.push_back(last);
  }
  std::reverse(proof.path.begin(), proof.path.end());
  return proof;
}

}  // namespace cupel::ledger::merkle
