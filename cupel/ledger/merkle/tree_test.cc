// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/tree.h"

#include <rapidcheck.h>

#include "cupel/ledger/merkle/twin_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;

constexpr std::uint64_t kExhaustive =
    129;  // one above a power of two, so every shape of right edge up to 128 occurs

Tree TreeOf(const std::vector<Digest>& leaves) {
  Tree tree;
  for (const Digest& leaf : leaves) tree.Append(leaf);
  return tree;
}

TEST(Tree, HashesThePublishedLeavesAndRoots) {
  // The reference vectors of Certificate Transparency's merkle_tree_test: eight leaves and the root after
  // each.
  EXPECT_EQ(EmptyRoot().Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Tree tree;
  EXPECT_EQ(tree.Root(), EmptyRoot());
  for (std::size_t i = 0; i < kPublishedLeaves.size(); ++i) {
    EXPECT_EQ(tree.Append(LeafHash(FromHex(kPublishedLeaves[i]).value())), i);
    EXPECT_EQ(tree.Root().Hex(), kPublishedRoots[i]);
  }
}

TEST(Tree, GivesThePublishedInclusionProofs) {
  const Tree tree = TreeOf(PublishedLeafHashes());
  for (const auto& published : kPublishedInclusion) {
    CUPEL_ASSERT_OK(const InclusionProof proof, tree.ProveInclusion(published.index, published.size));
    EXPECT_EQ(HexOf(proof.path), published.path);
  }
}

TEST(Tree, GivesThePublishedConsistencyProofs) {
  const Tree tree = TreeOf(PublishedLeafHashes());
  for (const auto& published : kPublishedConsistency) {
    CUPEL_ASSERT_OK(const ConsistencyProof proof,
                    tree.ProveConsistency(published.old_size, published.new_size));
    EXPECT_EQ(HexOf(proof.path), published.path);
  }
}

TEST(Tree, RootsEqualTheRecursiveTwinAtEverySize) {
  const std::vector<Digest> leaves = NumberedLeafHashes(kExhaustive);
  const Tree tree = TreeOf(leaves);
  for (std::uint64_t size = 0; size <= kExhaustive; ++size) {
    const Digest expected = TwinRoot(std::span(leaves).first(size));
    EXPECT_THAT(tree.RootAt(size), IsOkAndHolds(expected)) << size;
    EXPECT_EQ(TreeOf({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(size)}).Root(), expected)
        << size;
  }
}

TEST(Tree, InclusionProofsEqualTheRecursiveTwinForEveryLeafOfEverySize) {
  const std::vector<Digest> leaves = NumberedLeafHashes(kExhaustive);
  const Tree tree = TreeOf(leaves);
  for (std::uint64_t size = 1; size <= kExhaustive; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      CUPEL_ASSERT_OK(const InclusionProof proof, tree.ProveInclusion(index, size));
      ASSERT_EQ(proof.path, TwinInclusionPath(index, std::span(leaves).first(size)))
          << index << " of " << size;
    }
  }
}

TEST(Tree, ConsistencyProofsEqualTheRecursiveTwinForEveryPairOfSizes) {
  const std::vector<Digest> leaves = NumberedLeafHashes(kExhaustive);
  const Tree tree = TreeOf(leaves);
  for (std::uint64_t size = 1; size <= kExhaustive; ++size) {
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      CUPEL_ASSERT_OK(const ConsistencyProof proof, tree.ProveConsistency(old_size, size));
      ASSERT_EQ(proof.path, TwinConsistencyPath(old_size, std::span(leaves).first(size)))
          << old_size << " " << size;
    }
  }
}

TEST(Tree, EqualsTheRecursiveTwinOnLargeRandomSizes) {
  const std::vector<Digest> leaves = NumberedLeafHashes(5000);
  const Tree tree = TreeOf(leaves);
  EXPECT_TRUE(rc::check("large", [&] {
    const auto size = *rc::gen::inRange<std::uint64_t>(1, leaves.size() + 1);
    const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
    const auto old_size = *rc::gen::inRange<std::uint64_t>(1, size + 1);
    const auto part = std::span(leaves).first(size);
    RC_ASSERT(tree.RootAt(size).value() == TwinRoot(part));
    RC_ASSERT(tree.ProveInclusion(index, size)->path == TwinInclusionPath(index, part));
    RC_ASSERT(tree.ProveConsistency(old_size, size)->path == TwinConsistencyPath(old_size, part));
  }));
}

TEST(Tree, SubtreesAreTheRootsOfTheirLeaves) {
  const std::vector<Digest> leaves = NumberedLeafHashes(100);
  const Tree tree = TreeOf(leaves);
  for (unsigned level = 0; level <= 6; ++level) {
    const std::uint64_t width = std::uint64_t{1} << level;
    for (std::uint64_t index = 0; (index + 1) * width <= leaves.size(); ++index) {
      EXPECT_EQ(tree.Subtree(level, index), TwinRoot(std::span(leaves).subspan(index * width, width)));
    }
  }
}

TEST(Tree, ALeafThatLooksLikeANodeIsNone) {
  // Without the prefix bytes, one leaf made of two hashes would have the root of a tree of two leaves.
  const std::vector<Digest> leaves = NumberedLeafHashes(2);
  Bytes joined(leaves[0].bytes.begin(), leaves[0].bytes.end());
  joined.insert(joined.end(), leaves[1].bytes.begin(), leaves[1].bytes.end());
  EXPECT_NE(LeafHash(joined), TreeOf(leaves).Root());
}

TEST(Tree, TruncatedIsAsIfTheLeavesHadNeverBeenThere) {
  const std::vector<Digest> leaves = NumberedLeafHashes(70);
  for (std::uint64_t keep = 0; keep <= 70; ++keep) {
    Tree tree = TreeOf(leaves);
    tree.Truncate(keep);
    EXPECT_EQ(tree.size(), keep);
    EXPECT_EQ(tree.Root(), TwinRoot(std::span(leaves).first(keep)));
    for (std::uint64_t i = keep; i < 70; ++i) EXPECT_EQ(tree.Append(leaves[i]), i);
    EXPECT_EQ(tree.Root(), TwinRoot(leaves));
  }
}

TEST(Tree, RefusesWhatItDoesNotHave) {
  const Tree tree = TreeOf(NumberedLeafHashes(5));
  EXPECT_THAT(tree.RootAt(6), HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("5 leaves")));
  EXPECT_THAT(tree.ProveInclusion(5, 5), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tree.ProveInclusion(0, 0), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tree.ProveInclusion(0, 6), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tree.ProveConsistency(4, 3), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tree.ProveConsistency(4, 6), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::ledger::merkle
