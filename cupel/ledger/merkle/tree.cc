// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cupel/crypto/hash.h"

namespace cupel::ledger::merkle {
namespace {

constexpr std::uint8_t kLeafPrefix = 0;
constexpr std::uint8_t kNodePrefix = 1;

Status CheckSize(std::uint64_t size, std::uint64_t limit) {
  if (size > limit) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the tree has {} leaves, asked for {}", limit, size));
  }
  return {};
}

}  // namespace

Digest LeafHash(BytesView leaf) { return crypto::Sha256(BytesView(&kLeafPrefix, 1), leaf); }

Digest NodeHash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 1 + 2 * Digest::kSize> joined;
  joined[0] = kNodePrefix;
  std::copy(left.bytes.begin(), left.bytes.end(), joined.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), joined.begin() + 1 + Digest::kSize);
  return crypto::Sha256(joined);
}

Digest EmptyRoot() { return crypto::Sha256({}); }

std::uint64_t Tree::Append(const Digest& leaf_hash) {
  const std::uint64_t index = size();
  Digest node = leaf_hash;
  // As in binary counting: each trailing one of the index is a left sibling that waited for this node.
  for (unsigned level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(node);
    if ((index >> level & 1) == 0) return index;
    node = NodeHash(levels_[level][levels_[level].size() - 2], node);
  }
}

void Tree::Truncate(std::uint64_t size) {
  CUPEL_CHECK(size <= this->size());
  for (std::size_t level = 0; level < levels_.size(); ++level) levels_[level].resize(size >> level);
}

const Digest& Tree::Subtree(unsigned level, std::uint64_t index) const {
  CUPEL_CHECK(level < levels_.size() && index < levels_[level].size());
  return levels_[level][index];
}

Result<Digest> Tree::Stored::Subtree(unsigned level, std::uint64_t index) const {
  return tree.Subtree(level, index);
}

Digest Tree::Root() const { return MakeRoot(Stored(*this), size()).value(); }

Result<Digest> Tree::RootAt(std::uint64_t size) const {
  CUPEL_TRY_STATUS(CheckSize(size, this->size()));
  return MakeRoot(Stored(*this), size);
}

Result<InclusionProof> Tree::ProveInclusion(std::uint64_t index, std::uint64_t size) const {
  CUPEL_TRY_STATUS(CheckSize(size, this->size()));
  if (index >= size) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("leaf {} is not among the first {}", index, size));
  }
  return MakeInclusionProof(Stored(*this), index, size);
}

Result<ConsistencyProof> Tree::ProveConsistency(std::uint64_t old_size, std::uint64_t new_size) const {
  CUPEL_TRY_STATUS(CheckSize(new_size, size()));
  CUPEL_TRY_STATUS(CheckSize(old_size, new_size));
  return MakeConsistencyProof(Stored(*this), old_size, new_size);
}

}  // namespace cupel::ledger::merkle
