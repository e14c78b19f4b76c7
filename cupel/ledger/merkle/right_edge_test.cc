// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/right_edge.h"

#include "cupel/ledger/merkle/twin_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;

/// Past one full tile of level 1.
constexpr std::uint64_t kLeaves = 256 * 256 + 300;

Status Ignore(const TileId&, const Bytes&) { return {}; }

TEST(RightEdge, HasTheRootOfTheTreeAtEverySize) {
  Tree tree;
  RightEdge edge;
  EXPECT_EQ(edge.Root(), EmptyRoot());
  for (const Digest& leaf : NumberedLeafHashes(1100)) {
    tree.Append(leaf);
    ASSERT_THAT(edge.Append(leaf, Ignore), IsOk());
    ASSERT_EQ(edge.size(), tree.size());
    ASSERT_EQ(edge.Root(), tree.Root()) << tree.size();
  }
}

TEST(RightEdge, GivesEveryTileOnceAndAsTheTreeHasIt) {
  const std::vector<Digest> leaves = NumberedLeafHashes(kLeaves);
  Tree tree;
  RightEdge edge;
  std::vector<TileId> tiles;
  for (const Digest& leaf : leaves) {
    tree.Append(leaf);
    ASSERT_THAT(edge.Append(leaf,
                            [&](const TileId& tile, const Bytes& hashes) -> Status {
                              tiles.push_back(tile);
                              EXPECT_EQ(hashes, HashTile(tree, tile)) << tile.Path();
                              return {};
                            }),
                IsOk());
  }
  for (const TileId& tile : edge.PartialTiles()) {
    tiles.push_back(tile);
    EXPECT_EQ(JoinHashes(edge.Partial(*tile.level)), HashTile(tree, tile)) << tile.Path();
  }
  std::vector<TileId> expected = TilesOf(kLeaves);
  std::erase_if(expected, [](const TileId& tile) { return !tile.level.has_value(); });
  EXPECT_EQ(tiles.size(), expected.size());
  for (const TileId& tile : expected) EXPECT_THAT(tiles, ::testing::Contains(tile));
  EXPECT_EQ(edge.Root(), tree.Root());
}

TEST(RightEdge, ContinuesFromItsPartialTiles) {
  const std::vector<Digest> leaves = NumberedLeafHashes(kLeaves);
  RightEdge whole;
  for (const Digest& leaf : leaves) ASSERT_THAT(whole.Append(leaf, Ignore), IsOk());
  for (const std::uint64_t split : {0u, 1u, 255u, 256u, 257u, 65535u, 65536u, 65537u}) {
    RightEdge first;
    for (std::uint64_t i = 0; i < split; ++i) ASSERT_THAT(first.Append(leaves[i], Ignore), IsOk());
    std::array<std::vector<Digest>, kTileLevels> partial;
    for (unsigned level = 0; level < kTileLevels; ++level)
      partial[level] = {first.Partial(level).begin(), first.Partial(level).end()};
    CUPEL_ASSERT_OK(RightEdge second, RightEdge::Create(split, std::move(partial)));
    EXPECT_EQ(second.Root(), first.Root());
    for (std::uint64_t i = split; i < kLeaves; ++i) ASSERT_THAT(second.Append(leaves[i], Ignore), IsOk());
    EXPECT_EQ(second.Root(), whole.Root()) << split;
  }
}

TEST(RightEdge, RefusesTilesOfAnotherSize) {
  std::array<std::vector<Digest>, kTileLevels> partial;
  partial[0] = NumberedLeafHashes(5);
  EXPECT_THAT(RightEdge::Create(5, partial), IsOk());
  for (const std::uint64_t size : {0u, 4u, 6u, 256u + 5u, 65536u + 5u}) {
    EXPECT_THAT(RightEdge::Create(size, partial), HasError(ErrorCode::kCorrupt)) << size;
  }
}

TEST(RightEdge, HandsOnWhatTheTakerOfTilesFailsWith) {
  RightEdge edge;
  const std::vector<Digest> leaves = NumberedLeafHashes(256);
  for (std::size_t i = 0; i < 255; ++i) ASSERT_THAT(edge.Append(leaves[i], Ignore), IsOk());
  EXPECT_THAT(
      edge.Append(leaves[255], [](const auto&...) -> Status { return Fail(ErrorCode::kPermission, "no"); }),
      HasError(ErrorCode::kPermission));
}

TEST(TileNodes, AreTheCompleteSubtrees) {
  for (const std::size_t count : {1u, 2u, 3u, 7u, 100u, 255u, 256u}) {
    const std::vector<Digest> leaves = NumberedLeafHashes(count);
    const auto nodes = TileNodes(leaves);
    for (std::size_t height = 0; height < nodes.size(); ++height) {
      ASSERT_EQ(nodes[height].size(), count >> height);
      for (std::size_t i = 0; i < nodes[height].size(); ++i)
        EXPECT_EQ(nodes[height][i],
                  TwinRoot(std::span(leaves).subspan(i << height, std::size_t{1} << height)));
    }
    EXPECT_EQ(nodes.back().size(), 1u);
  }
}

TEST(SplitHashes, ReadsWhatJoinHashesWritesAndNothingElse) {
  const std::vector<Digest> leaves = NumberedLeafHashes(3);
  const Bytes joined = JoinHashes(leaves);
  EXPECT_THAT(SplitHashes(joined, 3), IsOkAndHolds(leaves));
  EXPECT_THAT(SplitHashes(joined, 2), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(SplitHashes(BytesView(joined).first(95), 3), HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::ledger::merkle
