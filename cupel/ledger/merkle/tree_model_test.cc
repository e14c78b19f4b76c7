// SPDX-License-Identifier: Apache-2.0
// A tree against the plainest model of it, a list of leaf hashes, under long random sequences of what callers
// do.
#include "cupel/base/reproducible_stream.h"
#include "cupel/ledger/merkle/tile.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/merkle/twin_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::IsOk;

TEST(TreeModel, AppendingAndTruncatingInAnyOrderKeepsRootsAndProofs) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ReproducibleStream stream(seed, "tree-model");
    Tree tree;
    std::vector<Digest> model;
    for (int step = 0; step < 60; ++step) {
      if (stream.Below(4) == 0) {
        const std::uint64_t keep = stream.Below(model.size() + 1);
        tree.Truncate(keep);
        model.resize(keep);
      } else {
        for (std::uint64_t i = stream.Below(9); i > 0; --i) {
          model.push_back(LeafHash(AsBytes(std::to_string(stream.Next64()))));
          ASSERT_EQ(tree.Append(model.back()), model.size() - 1);
        }
      }
      ASSERT_EQ(tree.size(), model.size());
      ASSERT_EQ(tree.Root(), TwinRoot(model)) << "seed " << seed << " step " << step;
      if (model.empty()) continue;
      const std::uint64_t size = 1 + stream.Below(model.size());
      const std::uint64_t index = stream.Below(size);
      const auto part = std::span(model).first(size);
      ASSERT_EQ(tree.ProveInclusion(index, size)->path, TwinInclusionPath(index, part));
      ASSERT_EQ(tree.ProveConsistency(index + 1, size)->path, TwinConsistencyPath(index + 1, part));
      ASSERT_THAT(
          VerifyConsistency(tree.ProveConsistency(size, model.size()).value(), TwinRoot(part), tree.Root()),
          IsOk());
    }
  }
}

// What a mirror does that has nothing but tiles: the hashes of a tile's row, paired upwards, are the first
// hash of the row above.
TEST(TreeModel, TilesOfALevelHashToTheLevelAbove) {
  Tree tree;
  for (const Digest& leaf : NumberedLeafHashes(3 * 256 + 17)) tree.Append(leaf);
  const Bytes above = HashTile(tree, TileId{1, 0, 3});
  for (std::uint64_t n = 0; n < 3; ++n) {
    const Bytes row = HashTile(tree, TileId{0, n, 256});
    std::vector<Digest> hashes;
    for (std::size_t i = 0; i < row.size(); i += Digest::kSize) {
      hashes.push_back(Digest::FromBytes(BytesView(row).subspan(i, Digest::kSize)).value());
    }
    EXPECT_EQ(TwinRoot(hashes).Hex(), ToHex(BytesView(above).subspan(32 * n, 32)));
  }
}

TEST(TreeModelDeathTest, AbortsWhenCallersAskForWhatCannotBe) {
  Tree tree;
  for (const Digest& leaf : NumberedLeafHashes(5)) tree.Append(leaf);
  EXPECT_DEATH(tree.Truncate(6), "size <= this->size");
  EXPECT_DEATH((void)tree.Subtree(0, 5), "index <");
  EXPECT_DEATH((void)tree.Subtree(3, 0), "level <");
  EXPECT_DEATH((void)HashTile(tree, TileId{std::nullopt, 0, 5}), "level.has_value");
  EXPECT_DEATH((void)EntryBundle({}), "empty");
}

}  // namespace
}  // namespace cupel::ledger::merkle
