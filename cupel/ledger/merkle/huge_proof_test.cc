// SPDX-License-Identifier: Apache-2.0
// Proofs for logs of up to 2^63 leaves, which no memory holds: where all leaves are equal, every hash of the
// tree can be computed. And the mistakes that other Merkle trees have made.
#include <bit>
#include <map>

#include "cupel/base/reproducible_stream.h"
#include "cupel/ledger/merkle/proof.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/merkle/twin_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;

constexpr std::uint64_t kMost = (std::uint64_t{1} << 63) - 1;  // the largest size that a checkpoint can state

/// MTH, PATH and PROOF of RFC 6962 over `n` leaves that are all the same.
class EqualLeaves {
 public:
  Digest Root(std::uint64_t n) {
    if (n == 1) return leaf_;
    const auto known = roots_.find(n);
    if (known != roots_.end()) return known->second;
    const std::uint64_t k = std::bit_floor(n - 1);
    return roots_[n] = NodeHash(Root(k), Root(n - k));
  }
  std::vector<Digest> Inclusion(std::uint64_t m, std::uint64_t n) {
    if (n == 1) return {};
    const std::uint64_t k = std::bit_floor(n - 1);
    std::vector<Digest> path = m < k ? Inclusion(m, k) : Inclusion(m - k, n - k);
    path.push_back(m < k ? Root(n - k) : Root(k));
    return path;
  }
  std::vector<Digest> Consistency(std::uint64_t m, std::uint64_t n, bool whole = true) {
    if (m == n) return whole ? std::vector<Digest>{} : std::vector<Digest>{Root(n)};
    const std::uint64_t k = std::bit_floor(n - 1);
    std::vector<Digest> path = m <= k ? Consistency(m, k, whole) : Consistency(m - k, n - k, false);
    path.push_back(m <= k ? Root(n - k) : Root(k));
    return path;
  }
  const Digest& Leaf() const { return leaf_; }

 private:
  Digest leaf_ = LeafHash(AsBytes("always the same"));
  std::map<std::uint64_t, Digest> roots_;
};

/// Sizes at every border: powers of two and their neighbours, the largest, and random ones of every
/// magnitude.
std::vector<std::uint64_t> HugeSizes() {
  std::vector<std::uint64_t> sizes = {kMost, kMost - 1};
  ReproducibleStream stream(1, "huge-sizes");
  for (unsigned bit = 1; bit < 63; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t size : {power - 1, power, power + 1, power + stream.Below(power)})
      sizes.push_back(size);
  }
  return sizes;
}

std::vector<std::uint64_t> IndicesOf(std::uint64_t size) {
  ReproducibleStream stream(size, "huge-indices");
  std::vector<std::uint64_t> indices = {0, size - 1, size / 2};
  for (int i = 0; i < 4; ++i) indices.push_back(stream.Below(size));
  return indices;
}

TEST(EqualLeavesTwin, IsTheTreeWhereATreeCanBeBuilt) {
  EqualLeaves twin;
  Tree tree;
  for (std::uint64_t size = 1; size <= 70; ++size) {
    tree.Append(twin.Leaf());
    ASSERT_EQ(twin.Root(size), tree.Root());
    for (std::uint64_t i = 0; i < size; ++i)
      ASSERT_EQ(twin.Inclusion(i, size), tree.ProveInclusion(i, size)->path);
    for (std::uint64_t m = 1; m <= size; ++m)
      ASSERT_EQ(twin.Consistency(m, size), tree.ProveConsistency(m, size)->path);
  }
}

TEST(VerifyInclusion, HoldsAtEveryMagnitudeOfSize) {
  EqualLeaves twin;
  for (const std::uint64_t size : HugeSizes()) {
    for (const std::uint64_t index : IndicesOf(size)) {
      InclusionProof proof{index, size, twin.Inclusion(index, size)};
      ASSERT_LE(proof.path.size(), static_cast<std::size_t>(std::bit_width(size - 1)));
      ASSERT_THAT(VerifyInclusion(twin.Leaf(), proof, twin.Root(size)), IsOk()) << index << " of " << size;
      ASSERT_THAT(VerifyInclusion(twin.Leaf(), proof, twin.Root(size + 1)),
                  HasError(ErrorCode::kVerificationFailed));
      proof.path.push_back(twin.Leaf());
      ASSERT_THAT(VerifyInclusion(twin.Leaf(), proof, twin.Root(size)),
                  HasError(ErrorCode::kVerificationFailed));
      proof.path.pop_back();
      if (!proof.path.empty()) {
        proof.path.pop_back();
        ASSERT_THAT(VerifyInclusion(twin.Leaf(), proof, twin.Root(size)),
                    HasError(ErrorCode::kVerificationFailed));
      }
    }
  }
}

TEST(VerifyConsistency, HoldsAtEveryMagnitudeOfBothSizes) {
  EqualLeaves twin;
  for (const std::uint64_t size : HugeSizes()) {
    for (const std::uint64_t index : IndicesOf(size)) {
      const std::uint64_t old_size = index + 1;
      ConsistencyProof proof{old_size, size, twin.Consistency(old_size, size)};
      ASSERT_THAT(VerifyConsistency(proof, twin.Root(old_size), twin.Root(size)), IsOk())
          << old_size << " to " << size;
      ASSERT_THAT(VerifyConsistency(proof, twin.Root(old_size + 1), twin.Root(size)),
                  HasError(ErrorCode::kVerificationFailed));
      if (old_size == size) continue;
      ASSERT_THAT(VerifyConsistency(proof, twin.Root(old_size), twin.Root(size + 1)),
                  HasError(ErrorCode::kVerificationFailed));
      proof.path.push_back(twin.Leaf());
      ASSERT_THAT(VerifyConsistency(proof, twin.Root(old_size), twin.Root(size)),
                  HasError(ErrorCode::kVerificationFailed));
    }
  }
}

// CVE-2012-2459: a tree that pairs a last node with itself has the same root for [a b c] and [a b c c].
TEST(Tree, ARepeatedLeafIsAnotherTree) {
  const auto doubling_root = [](std::vector<Digest> level) {
    while (level.size() > 1) {
      if (level.size() % 2 != 0) level.push_back(level.back());
      std::vector<Digest> above;
      for (std::size_t i = 0; i < level.size(); i += 2) above.push_back(NodeHash(level[i], level[i + 1]));
      level = above;
    }
    return level[0];
  };
  for (const std::size_t n : {3u, 5u, 6u, 7u, 9u, 11u}) {
    std::vector<Digest> leaves = NumberedLeafHashes(n);
    std::vector<Digest> longer = leaves;
    const std::size_t repeated = std::size_t{1} << std::countr_zero(n);
    longer.insert(longer.end(), leaves.end() - static_cast<std::ptrdiff_t>(repeated), leaves.end());
    ASSERT_EQ(doubling_root(leaves), doubling_root(longer)) << "the broken twin must have the flaw";
    Tree tree, other;
    for (const Digest& leaf : leaves) tree.Append(leaf);
    for (const Digest& leaf : longer) other.Append(leaf);
    EXPECT_NE(tree.Root(), other.Root());
  }
}

// Broken hashing in four ways: each gives another root, so none of them can hide behind the tests of proofs.
TEST(Tree, TheHashingOfEveryBrokenTwinIsSeen) {
  const std::vector<Digest> leaves = NumberedLeafHashes(6);
  Tree tree;
  for (const Digest& leaf : leaves) tree.Append(leaf);
  const auto root = [&](const Bytes& prefix, bool swap, bool halve, auto&& self,
                        std::span<const Digest> range) -> Digest {
    if (range.size() == 1) return range[0];
    const std::size_t k = halve ? range.size() / 2 : TwinSplit(range.size());
    Digest left = self(prefix, swap, halve, self, range.first(k));
    Digest right = self(prefix, swap, halve, self, range.subspan(k));
    if (swap) std::swap(left, right);
    return TwinHash(prefix, left.bytes, right.bytes);
  };
  EXPECT_EQ(root({1}, false, false, root, leaves), tree.Root()) << "unbroken";
  EXPECT_NE(root({}, false, false, root, leaves), tree.Root()) << "no prefix";
  EXPECT_NE(root({0}, false, false, root, leaves), tree.Root()) << "the leaves' prefix";
  EXPECT_NE(root({1}, true, false, root, leaves), tree.Root()) << "children exchanged";
  EXPECT_NE(root({1}, false, true, root, leaves), tree.Root()) << "split in the middle";
}

// Every proof of one leaf offered for every other leaf, index and size of a small log: only the true claim
// verifies, but for claims about the same leaf at sizes whose path looks the same, which the checkpoint's
// size excludes.
TEST(VerifyInclusion, AcceptsNoOtherClaimAboutAnyLeaf) {
  constexpr std::uint64_t kSize = 16;
  const std::vector<Digest> leaves = NumberedLeafHashes(kSize);
  Tree tree;
  for (const Digest& leaf : leaves) tree.Append(leaf);
  int accepted = 0;
  for (std::uint64_t size = 1; size <= kSize; ++size) {
    const Digest root = tree.RootAt(size).value();
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::vector<Digest> path = tree.ProveInclusion(index, size)->path;
      for (std::uint64_t leaf = 0; leaf < kSize; ++leaf) {
        for (std::uint64_t claimed = 0; claimed < kSize; ++claimed) {
          if (!VerifyInclusion(leaves[leaf], {claimed, size, path}, root)) continue;
          ++accepted;
          ASSERT_TRUE(leaf == index && claimed == index) << leaf << " " << claimed << " " << size;
        }
      }
    }
  }
  EXPECT_EQ(accepted, static_cast<int>(kSize * (kSize + 1) / 2));
}

}  // namespace
}  // namespace cupel::ledger::merkle
